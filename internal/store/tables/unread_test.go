package tables

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// house is a database with two of each thing of which a part is JSON: the first of each is damaged by damage.
type house struct {
	*DB
	t              *testing.T
	partner, fleet uuid.UUID
	now            time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{db, t, uuid.New(), uuid.New(), time.Now().UTC().Truncate(time.Microsecond)}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// damage runs a statement on the tables themselves.
func (h *house) damage(statement string, args ...any) {
	h.t.Helper()
	h.must(h.do(h.t.Context(), func(tx *tx) error { return tx.exec(statement, args...) }))
}

func (h *house) grants() (all []access.Grant) {
	h.t.Helper()
	h.must(h.InsertClient(h.t.Context(), access.Client{ID: "c", Partner: access.Partner{ID: h.partner, Name: "P"}}))
	for i, ref := range []string{"a", "b"} {
		f := access.Fleet{ID: uuid.UUID{byte(i + 1)}, Name: ref}
		g := access.Everything(h.partner, f.ID, ref, h.now)
		h.must(h.InsertFleet(h.t.Context(), f, g))
		all = append(all, g)
	}
	return all
}

func TestAGrantWhoseLevelsCannotBeReadGrantsNothingAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := h.grants()
	h.damage(`UPDATE share_grant SET levels = '{"' WHERE id = ?1`, all[0].ID[:])
	found, err := h.Grants(t.Context(), h.partner)
	h.must(err)
	if len(found) != 2 {
		t.Fatalf("%d grants", len(found))
	}
	for _, g := range found {
		lost := g.ID == all[0].ID
		if (g.Damaged != nil) != lost || g.MayRead(resource.KindVehicle) == lost || (g.RefusesWrite(resource.KindVehicle) != "") != lost {
			t.Errorf("damaged %t: %+v", lost, g)
		}
	}
	// What changes beside the levels leaves them as they are, and levels that are set mend it.
	g, err := h.Agreement(t.Context(), all[0].ID)
	h.must(err)
	to := g
	to.Status, to.UpdatedAt = access.GrantPaused, g.UpdatedAt.Add(time.Second)
	h.must(h.ChangeAgreement(t.Context(), g, to))
	if g, err = h.Agreement(t.Context(), g.ID); err != nil || g.Damaged == nil || g.Status != access.GrantPaused {
		t.Errorf("paused: %+v, %v", g, err)
	}
	to = g
	to.Levels, to.UpdatedAt = map[resource.Kind]string{resource.KindVehicle: access.Read}, g.UpdatedAt.Add(time.Second)
	h.must(h.ChangeAgreement(t.Context(), g, to))
	if g, err = h.Agreement(t.Context(), g.ID); err != nil || g.Damaged != nil || g.Levels[resource.KindVehicle] != access.Read {
		t.Errorf("with levels: %+v, %v", g, err)
	}
}

func TestAConnectionWhoseSettingsCannotBeReadHoldsUpNoOtherAndKeepsThemUntilOthersCome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(h.InsertFleet(t.Context(), access.Fleet{ID: h.fleet, Name: "f"}))
	var all []connection.Connection
	for range 2 {
		c := connection.Connection{ID: uuid.New(), Fleet: h.fleet, TSP: "t", Status: connection.Active, Version: 1, Sealed: []byte{1},
			Settings: map[string]any{"sender": "u1"}, CreatedAt: h.now, UpdatedAt: h.now}
		h.must(h.InsertConnection(t.Context(), connection.Change{To: c}))
		all = append(all, c)
	}
	h.damage(`UPDATE connection SET settings = '{"' WHERE id = ?1`, all[0].ID[:])
	found, err := h.Connections(t.Context())
	h.must(err)
	for _, c := range found {
		if (c.Damaged != nil) != (c.ID == all[0].ID) {
			t.Errorf("%+v", c)
		}
	}
	if len(found) != 2 {
		t.Errorf("%d connections", len(found))
	}
	c, err := h.Connection(t.Context(), all[0].ID)
	h.must(err)
	for i, want := range []bool{true, false} {
		to := c
		to.Status, to.UpdatedAt = connection.Paused, c.UpdatedAt.Add(time.Second)
		if i == 1 {
			to.Damaged, to.Settings = nil, map[string]any{"sender": "u2"}
		}
		h.must(h.ChangeConnection(t.Context(), connection.Change{From: c, To: to}))
		if c, err = h.Connection(t.Context(), c.ID); err != nil || (c.Damaged != nil) != want {
			t.Errorf("changed %d: %+v, %v", i, c, err)
		}
	}
}

func TestAnOperationWhosePayloadIsNoJSONIsToldAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	conn := uuid.New()
	var ids []uuid.UUID
	for range 2 {
		op := operation.Operation{ID: uuid.New(), Partner: h.partner, Connection: conn, Fleet: h.fleet, Kind: resource.KindMessage,
			Verb: resource.Create, OrderKey: "k", Payload: []byte(`{"a":1}`), State: operation.Queued, CreatedAt: h.now, UpdatedAt: h.now}
		_, err := h.Accept(t.Context(), op, nil)
		h.must(err)
		ids = append(ids, op.ID)
	}
	h.damage(`UPDATE operation SET payload = '{"a"' WHERE id = ?1`, ids[0][:])
	found, err := h.Operations(t.Context(), operation.Filter{Partner: h.partner, To: h.now.Add(time.Hour),
		Window: page.Window{Limit: 9}})
	h.must(err)
	if len(found.Entries) != 2 {
		t.Errorf("%d operations", len(found.Entries))
	}
	for _, op := range found.Entries {
		if (op.Damaged != nil) != (op.ID == ids[0]) {
			t.Errorf("%+v", op)
		}
	}
}

func TestARecordThatIsNoJSONIsToldAndMendedByTheNextImport(t *testing.T) {
	t.Parallel()
	for _, column := range []string{"fields", "extras", "source"} {
		h := newHouse(t)
		r := record.Record{Kind: resource.KindUser, Fleet: h.fleet, TSP: "t", SourceID: "u1", Imported: true, Connection: uuid.New(),
			Fields: []byte(`{"username":"ada"}`), Extras: []byte(`{"x":1}`), Source: []byte(`{"id":"u1"}`), SeenAt: h.now}.Identify()
		_, err := h.SaveRecords(t.Context(), []record.Record{r})
		h.must(err)
		h.damage(`UPDATE record SET `+column+` = '{"' WHERE id = ?1`, r.ID[:])
		got, err := h.RecordByID(t.Context(), r.ID)
		h.must(err)
		if shown, err := got.Read("f", true); err != nil || got.Damaged == nil {
			t.Errorf("%s: %s, %v, %v", column, shown, got.Damaged, err)
		}
		r.SeenAt = h.now.Add(time.Minute)
		_, err = h.SaveRecords(t.Context(), []record.Record{r})
		h.must(err)
		if column == "source" {
			continue // Nothing but a change of the record brings it anew: an import compares hashes.
		}
		if got, err = h.RecordByID(t.Context(), r.ID); err != nil || got.Damaged != nil || string(got.Fields) != string(r.Fields) {
			t.Errorf("%s: after an import: %+v, %v", column, got, err)
		}
	}
}

func TestASubscriptionWhoseFiltersCannotBeReadHearsNothingAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []webhook.Subscription
	for i := range 2 {
		all = append(all, webhook.Subscription{ID: uuid.New(), Partner: h.partner, URL: "https://r.example/", EventName: "e",
			Filters: &webhook.Filters{FleetRefs: []string{"f", string(rune('a' + i))}}, Sealed: []byte{1}, Status: webhook.Active,
			CreatedAt: h.now, UpdatedAt: h.now})
	}
	h.must(h.InsertSubscriptions(t.Context(), all, 9))
	h.damage(`UPDATE subscription SET fleet_refs = '["' WHERE id = ?1`, all[0].ID[:])
	h.must(h.do(t.Context(), func(tx *tx) error {
		return tx.publish(h.DB, []event.Event{{ID: uuid.New(), Name: "e", Partner: h.partner, FleetRef: "f", Own: true, OccurredAt: h.now,
			Data: []byte(`{}`)}})
	}))
	told, err := list(t.Context(), h.DB, `SELECT subscription FROM delivery`, scanOne[uuid.UUID])
	if err != nil || len(told) != 1 || told[0] != all[1].ID {
		t.Errorf("told were %v: %v", told, err)
	}
	found, err := h.Subscriptions(t.Context(), webhook.SubscriptionQuery{Partner: h.partner, Window: page.Window{Limit: 9}})
	h.must(err)
	for _, s := range found {
		if s.Filters.Lost != (s.ID == all[0].ID) {
			t.Errorf("%+v", s.Filters)
		}
	}
}
