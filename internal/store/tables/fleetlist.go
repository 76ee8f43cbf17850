package tables

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
)

// FleetEntries lists fleets with what hangs on them, which is asked for once for all of them.
func (db *DB) FleetEntries(ctx context.Context, q access.FleetSearch) ([]access.FleetEntry, error) {
	c := conditions{}
	c.add("1 = 1")
	c.addIf(!q.Gone, "deleted_at = 0")
	c.addIf(q.ID != uuid.Nil, "id = ?", q.ID[:])
	c.addIf(q.Name != "", "name = ?", q.Name)
	fleets, err := search(ctx, db, `SELECT `+fleetColumns+` FROM fleet`+c.where()+` ORDER BY created_at, id`, scanFleet,
		c.args...)
	if err != nil {
		return nil, err
	}
	wanted := `.fleet IN (SELECT id FROM fleet` + c.where() + `)`
	clients, err := search(ctx, db, `SELECT fleet, id FROM client c WHERE c`+wanted+` ORDER BY id`, scanHanging,
		c.args...)
	if err != nil {
		return nil, err
	}
	connections, err := search(ctx, db, `SELECT fleet, tsp FROM connection c WHERE c.status <> 'deleted' AND c`+wanted,
		scanHanging, c.args...)
	if err != nil {
		return nil, err
	}
	grants, err := search(ctx, db, `SELECT g.fleet, p.name, g.fleet_ref, g.status, g.effective_at, g.expires_at
		FROM share_grant g
		JOIN partner p ON p.id = g.partner WHERE g.status <> 'deleted' AND g`+wanted+` ORDER BY p.name, g.id`,
		db.scanKnownBy, c.args...)
	if err != nil {
		return nil, err
	}
	return entries(fleets, clients, connections, grants), nil
}

// FleetNames reads the names of fleets.
func (db *DB) FleetNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	named := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return named, nil
	}
	found, err := shown(ctx, db, `SELECT id, name FROM fleet WHERE id IN (SELECT unhex(value) FROM json_each(?))`, scanHanging,
		hexed(ids))
	for _, f := range found {
		named[f.fleet] = f.what
	}
	return named, err
}

// hanging is something of a fleet: its name, or what it is.
type hanging[T any] struct {
	fleet uuid.UUID
	what  T
}

func scanHanging(row scanner) (h hanging[string], err error) {
	err = row.Scan(&h.fleet, &h.what)
	return h, err
}

// scanKnownBy reads a partner's grant as it stands by the store's clock.
func (db *DB) scanKnownBy(row scanner) (h hanging[access.KnownBy], err error) {
	var g access.Grant
	var effective, expires int64
	err = row.Scan(&h.fleet, &h.what.Partner, &h.what.FleetRef, &g.Status, &effective, &expires)
	g.Effective, g.Expiration = fromMicros(effective), fromMicros(expires)
	h.what.Status = g.At(db.now()).Status
	return h, err
}

// entries puts together what hangs on each fleet. What is of a fleet that came meanwhile is left out.
func entries(fleets []access.Fleet, clients, connections []hanging[string],
	grants []hanging[access.KnownBy]) []access.FleetEntry {
	all := make([]access.FleetEntry, len(fleets))
	places := map[uuid.UUID]*access.FleetEntry{}
	for i, f := range fleets {
		all[i].Fleet, places[f.ID] = f, &all[i]
	}
	for _, h := range clients {
		if e := places[h.fleet]; e != nil {
			e.Clients = append(e.Clients, h.what)
		}
	}
	for _, h := range connections {
		if e := places[h.fleet]; e != nil {
			e.Connections++
		}
	}
	for _, h := range grants {
		if e := places[h.fleet]; e != nil {
			e.Partners = append(e.Partners, h.what)
		}
	}
	return all
}

// Partners lists partners, newest first.
func (db *DB) Partners(ctx context.Context, q access.PartnerQuery) ([]access.Partner, int, error) {
	c := conditions{}
	c.add("1 = 1")
	c.addIf(q.ID != uuid.Nil, "id = ?", q.ID[:])
	c.addIf(q.Name != "", "name = ?", q.Name)
	return counted(ctx, db, selection{"id, name, created_at", " FROM partner", c}, q.Window, scanPartner)
}

// Partner returns a partner by id.
func (db *DB) Partner(ctx context.Context, id uuid.UUID) (access.Partner, error) {
	p, err := one(ctx, db, `SELECT id, name, created_at FROM partner WHERE id = ?1`, scanPartner, id[:])
	return p, missing(err, access.ErrNotFound)
}

func scanPartner(row scanner) (access.Partner, error) {
	var p access.Partner
	var created int64
	err := row.Scan(&p.ID, &p.Name, &created)
	p.CreatedAt = fromMicros(created)
	return p, err
}

// Fleets lists the fleets that a caller sees, newest first. The caller is a partner if q.Partner
// is set, and else the fleet q.Self. A partner has at most one grant in force of a fleet, so no
// fleet comes twice.
func (db *DB) Fleets(ctx context.Context, q access.FleetQuery) ([]access.KnownFleet, int, error) {
	c := conditions{}
	from := ` FROM (SELECT ` + fleetColumns + `, '' AS ref FROM fleet WHERE deleted_at = 0) known`
	if q.Partner != uuid.Nil {
		from = ` FROM (SELECT f.*, g.fleet_ref AS ref FROM fleet f
			JOIN share_grant g ON g.fleet = f.id WHERE g.partner = ? AND ` + inForce("g", "?") + `) known`
		now := micros(db.now())
		// They belong to the subquery, which stands in front of every condition.
		c.args = append(c.args, q.Partner[:], now, now)
	}
	// A partner's list may have no condition of its own, and where() needs one.
	c.add("1 = 1")
	c.addIf(q.Partner == uuid.Nil, "id = ?", q.Self[:])
	c.addIf(q.ID != uuid.Nil, "id = ?", q.ID[:])
	if len(q.Refs) > 0 {
		refs, err := text(q.Refs, true)
		if err != nil {
			return nil, 0, err
		}
		c.add("ref IN (SELECT value FROM json_each(?))", refs)
	}
	return counted(ctx, db, selection{fleetColumns + ", ref", from, c}, q.Window, scanKnownFleet)
}

// scanKnownFleet reads fleetColumns and the reference.
func scanKnownFleet(row scanner) (f access.KnownFleet, err error) {
	f.Fleet, err = scanFleet(scanning(func(into ...any) error { return row.Scan(append(into, &f.Ref)...) }))
	return f, err
}

// scanning is a row that is read together with more columns.
type scanning func(into ...any) error

// Scan reads the row.
func (s scanning) Scan(into ...any) error { return s(into...) }
