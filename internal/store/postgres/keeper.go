package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// Ping tells whether the database answers and can be written.
func (e *Engine) Ping(ctx context.Context) error {
	readOnly := false
	err := e.query(ctx, e.own, reading{`SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'`,
		nil, func(r engine.Row) error { return r.Scan(&readOnly) }, true})
	if err == nil && readOnly {
		err = errStandby
	}
	if t := troubleOf(err); t != nil {
		return t
	}
	return err
}

// Notice has nothing to look after: the server looks after its files.
func (e *Engine) Notice(ctx context.Context) error { return e.Ping(ctx) }

// metaBeat is the name of the beat in the table meta.
const metaBeat = "beat"

// beats counts the transactions of this process that have written, and up to which of them a beat stands.
type beats struct{ written, beaten atomic.Int64 }

// beat is noted in the database itself. Cluster names the server's data, which a copy of them keeps and a dump that
// is read into another one does not.
type beat struct {
	At      time.Time `json:"at"`
	Cluster string    `json:"cluster"`
}

// Beat notes that the database is alive, if this process has written something since its last beat.
func (e *Engine) Beat(ctx context.Context, write engine.Writing) error {
	if e.beats.beaten.Load() > 0 && e.beats.beaten.Load() == e.beats.written.Load() {
		return nil
	}
	cluster, err := e.cluster(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(beat{e.now(), cluster})
	if err != nil {
		return fmt.Errorf("noting that the database is alive: %w", err)
	}
	var written int64
	err = write(ctx, func(s engine.Statements) error {
		written = e.beats.written.Load() + 1
		return s.Exec(`INSERT INTO meta (name, value) VALUES (?1, ?2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []any{metaBeat, text})
	})
	if err != nil {
		return fmt.Errorf("noting that the database is alive: %w", err)
	}
	e.beats.beaten.Store(written)
	return nil
}

// cluster is the identity that initdb has given the server's data.
func (e *Engine) cluster(ctx context.Context) (name string, err error) {
	err = e.query(ctx, e.own, reading{`SELECT system_identifier FROM pg_control_system()`, nil,
		func(r engine.Row) error { return r.Scan(&name) }, true})
	return name, err
}

// Standing tells since when the database is as it is. One that was read from a dump into another server is known by
// its server; of one that was put back in place its operator knows.
func (e *Engine) Standing(ctx context.Context) (fence.Standing, error) {
	var noted []byte
	err := e.query(ctx, e.own, reading{`SELECT value FROM meta WHERE name = ?1`, []any{metaBeat},
		func(r engine.Row) error { return r.Scan(&noted) }, true})
	if err != nil {
		return fence.Standing{}, err
	}
	unsafe, err := e.unsafe(ctx)
	if err != nil {
		return fence.Standing{}, err
	}
	var last beat
	if json.Unmarshal(noted, &last) != nil {
		return fence.Standing{Unsafe: unsafe}, nil
	}
	cluster, err := e.cluster(ctx)
	return fence.Standing{At: last.At, Restored: last.Cluster != cluster, Unsafe: unsafe}, err
}

// Space is how large the database is. What its log takes, and what is free for both, a server does not tell its
// clients.
func (e *Engine) Space() (database, log, free int64, err error) {
	ctx, cancel := context.WithTimeout(e.ends, connectFor)
	defer cancel()
	err = e.query(ctx, e.own, reading{`SELECT pg_database_size(current_database())`, nil,
		func(r engine.Row) error { return r.Scan(&database) }, true})
	return database, -1, -1, err
}

// Guarded tells whether the table audit has the triggers of its migration and no others, and all of them on.
func (e *Engine) Guarded(ctx context.Context) (whole bool, err error) {
	err = e.query(ctx, e.own, reading{guardedText, nil, func(r engine.Row) error { return r.Scan(&whole) }, true})
	return whole, err
}

// guardedText looks whether each is there, runs what its migration made, and does so in every session but that of
// an operator who replays what was replicated.
const guardedText = `SELECT coalesce(string_agg(tgname || ' ' || tgenabled::text || ' ' || tgfoid::regproc, ',' ORDER BY tgname), '')
	= 'audit_is_not_changed O audit_refuses,audit_is_not_deleted O audit_refuses,audit_is_not_truncated O audit_refuses'
	FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND NOT tgisinternal`

// Erasing runs a part of a transaction. What it deletes the server overwrites when it next vacuums the table.
func (e *Engine) Erasing(run func() error) error { return run() }

// unsafe tells, in a sentence for the operator, what the server does that makes "stored" mean less than on disk;
// "" if nothing does. Where synchronous_commit is off there is nothing to tell, as Waybill's transactions turn it
// on.
func (e *Engine) unsafe(ctx context.Context) (why string, err error) {
	var off []string
	err = e.query(ctx, e.own, reading{`SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')
		AND setting = 'off' ORDER BY name`, nil, func(r engine.Row) error {
		var name string
		err := r.Scan(&name)
		off = append(off, name)
		return err
	}, true})
	if err != nil || len(off) == 0 {
		return "", err
	}
	return fmt.Sprintf("the server has %s off, so what was answered as stored may be lost or damaged when its machine "+
		"fails: set it on in postgresql.conf", strings.Join(off, " and ")), nil
}
