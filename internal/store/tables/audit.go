package tables

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// thing is a row that the audit log is about.
type thing struct {
	// kind is what it is called in the log, and table where it lies, by its column key.
	kind, table, key string
	id               any
}

func clientThing(id string) thing        { return thing{"client", "client", "id", id} }
func partnerThing(id uuid.UUID) thing    { return thing{"partner", "partner", "id", id[:]} }
func fleetThing(id uuid.UUID) thing      { return thing{"fleet", "fleet", "id", id[:]} }
func agreementThing(id uuid.UUID) thing  { return thing{"share_agreement", "share_grant", "id", id[:]} }
func connectionThing(id uuid.UUID) thing { return thing{"connection", "connection", "id", id[:]} }
func draftThing(id uuid.UUID) thing {
	return thing{"connection_draft", "connection_draft", "id", id[:]}
}
func webhookThing(id uuid.UUID) thing { return thing{"webhook", "subscription", "id", id[:]} }
func revocationThing(token string) thing {
	return thing{"token_revocation", "revocation", "token", token}
}
func metaThing(name string) thing { return thing{"setting", "meta", "name", name} }

// secretThings are secrets of a client; the log names them with it.
func secretThings(client string, all ...access.Secret) (of []thing) {
	for _, s := range all {
		of = append(of, thing{"client_secret", "client_secret", "client || ':' || id", client + ":" + s.ID})
	}
	return of
}

func webhookThings(all []webhook.Subscription) (of []thing) {
	for _, s := range all {
		of = append(of, webhookThing(s.ID))
	}
	return of
}

func (o thing) String() string {
	if raw, ok := o.id.([]byte); ok && len(raw) == len(uuid.UUID{}) {
		return o.kind + ":" + uuid.UUID(raw).String()
	}
	return fmt.Sprint(o.kind, ":", o.id)
}

// silent are columns whose change alone tells nothing of what somebody did: times, and what
// deliveries learn of receivers.
func silent(column string) bool {
	return slices.Contains([]string{"updated_at", "judged_from", "success", "counted", "failed_in_row", "refused",
		"learned", "sequence", "astray", "seen_at"}, column)
}

// called is the name of a column in the log; "" for one that holds nothing else than another does, as the
// sealed form of a URL beside that by which it is compared.
func called(column string) string {
	switch {
	case silent(column), column == "url":
		return ""
	case column == "url_key":
		return "url"
	}
	return column
}

// secret are columns whose values must not be known by more than their hashes.
func secret(column string) bool {
	return slices.Contains([]string{"hash", "sealed", "previous", "value", "url", "token"}, column)
}

// audited makes a change of things and logs what became of each, in the transaction of the change. A
// change that is refused, and one that changes nothing, is no entry.
func (t *tx) audited(ctx context.Context, db *DB, change func() error, of ...thing) error {
	before := make([]audit.Facts, len(of))
	for i, o := range of {
		var err error
		if before[i], err = t.facts(o); err != nil {
			return err
		}
	}
	if err := change(); err != nil {
		return err
	}
	for i, o := range of {
		after, err := t.facts(o)
		if err != nil {
			return err
		}
		e, moved, err := audit.Compare(before[i], after)
		if err != nil {
			return err
		}
		if e.Object = o.String(); moved {
			if err := t.note(ctx, db, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// audited is do for a change of things that the audit log is about.
func (db *DB) audited(ctx context.Context, run func(*tx) error, of ...thing) error {
	return db.do(ctx, func(tx *tx) error {
		return tx.audited(ctx, db, func() error { return run(tx) }, of...)
	})
}

// facts reads a row by the names of its columns; nil if there is none.
func (t *tx) facts(o thing) (out audit.Facts, err error) {
	err = t.each(`SELECT * FROM `+o.table+` WHERE `+o.key+` = ?1`, func(r engine.Row) error {
		columns, err := r.Columns()
		if err != nil {
			return err
		}
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		t.hashURL(columns, values)
		out = audit.Facts{}
		for i, column := range columns {
			if column = called(column); column == "" {
				continue
			}
			switch value := values[i].(type) {
			case nil:
			case []byte:
				out[column] = hex.EncodeToString(value)
			default:
				out[column] = value
			}
			if secret(column) && values[i] != nil {
				sum := sha256.Sum256(fmt.Append(nil, out[column]))
				out[column] = hex.EncodeToString(sum[:])
			}
		}
		return nil
	}, o.id)
	return out, err
}

// note appends an entry. The end of the log is read within the transaction, and one writer writes.
func (t *tx) note(ctx context.Context, db *DB, e audit.Entry) error {
	var head audit.Head
	err := t.each(auditHead, func(r engine.Row) (err error) { head, err = scanHead(r); return err })
	if err != nil {
		return err
	}
	e.At, e.Actor = fromMicros(micros(db.now())), audit.Of(ctx)
	if e, err = e.Chained(head); err != nil {
		return err
	}
	changed, err := text(e.Changed, true)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO audit (seq, at, actor, request, remote, action, object, changed, before, after, hash)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
		e.Seq, micros(e.At), e.Name, e.Request, e.Remote, e.Action, e.Object, changed, e.Before, e.After, e.Hash)
}

const auditHead = `SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`

func scanHead(row scanner) (h audit.Head, err error) { return h, row.Scan(&h.Seq, &h.Hash) }

// Note appends an entry of its own.
func (db *DB) Note(ctx context.Context, e audit.Entry) error {
	if e.Changed == nil {
		e.Changed = []string{}
	}
	return db.do(ctx, func(tx *tx) error { return tx.note(ctx, db, e) })
}

// Entries lists entries behind a number, oldest first.
func (db *DB) Entries(ctx context.Context, after int64, limit int) ([]audit.Entry, error) {
	return list(ctx, db, `SELECT seq, at, actor, request, remote, action, object, changed, before, after, hash
		FROM audit
		WHERE seq > ?1 ORDER BY seq LIMIT ?2`, func(row scanner) (e audit.Entry, err error) {
		var at int64
		var changed string
		err = row.Scan(&e.Seq, &at, &e.Name, &e.Request, &e.Remote, &e.Action, &e.Object, &changed, &e.Before, &e.After,
			&e.Hash)
		if err != nil {
			return e, err
		}
		e.At = fromMicros(at)
		return e, json.Unmarshal([]byte(changed), &e.Changed)
	}, after, limit)
}

// AuditHead returns the end of the log.
func (db *DB) AuditHead(ctx context.Context) (head audit.Head, err error) {
	head, err = one(ctx, db, auditHead, scanHead)
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Head{}, nil
	}
	return head, err
}
