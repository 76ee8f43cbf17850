package main

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"       // "pgx", for the same on a server
	_ "github.com/ncruces/go-sqlite3/driver" // "sqlite3", for the bare loop

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// floorCallers insert at once.
const floorCallers = 16

// floor opens a bare table with the columns of an operation and returns what measures durable one-row
// inserts into it, each in a transaction of its own.
func (f *field) floor(ctx context.Context) (measure func() (float64, error), done func() error, err error) {
	url, err := f.database(ctx, "floor-"+uuid.NewString())
	if err != nil {
		return nil, nil, err
	}
	db, dialect, err := f.bareTable(url)
	if err != nil {
		return nil, nil, err
	}
	if _, err := db.ExecContext(ctx, dialect.Replace(`CREATE TABLE operation (seq SEQ, id BLOB UNIQUE, partner BLOB,
		connection BLOB, created_at BIGINT, payload TEXT, state TEXT);
		CREATE INDEX live ON operation (connection, seq) WHERE state = 'queued';
		CREATE INDEX list ON operation (partner, created_at)`)); err != nil {
		return nil, nil, err
	}
	stmt, err := db.PrepareContext(ctx, `INSERT INTO operation (id, partner, connection, created_at, payload, state)
		VALUES ($1, $2, $3, $4, $5, 'queued')`)
	if err != nil {
		return nil, nil, err
	}
	insert := func() error {
		op := sample()
		at := op.CreatedAt.UnixMicro()
		_, err := stmt.ExecContext(ctx, op.ID[:], op.Partner[:], op.Connection[:], at, string(op.Payload))
		return err
	}
	return func() (float64, error) { return rate(floorCallers, f.span/4, insert) }, db.Close, nil
}

// bareTable opens a database for the floor, and returns what its types are called there.
func (f *field) bareTable(url string) (*sql.DB, *strings.Replacer, error) {
	if f.server != "" {
		db, err := sql.Open("pgx", url)
		if err == nil {
			db.SetMaxIdleConns(floorCallers)
			db.SetMaxOpenConns(floorCallers)
		}
		return db, strings.NewReplacer("SEQ", "BIGSERIAL PRIMARY KEY", "BLOB", "BYTEA"), err
	}
	const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"
	db, err := sql.Open("sqlite3", "file:"+url+pragmas)
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, strings.NewReplacer("SEQ", "INTEGER PRIMARY KEY"), err
}

// rate does something from a number of callers for a span and returns how often it was done per second.
func rate(callers int, span time.Duration, do func() error) (float64, error) {
	var done atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	begun := time.Now()
	for range callers {
		all.Go(func() {
			for time.Since(begun) < span {
				if err := do(); err != nil {
					failed.Store(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	err, _ := failed.Load().(error)
	return float64(done.Load()) / time.Since(begun).Seconds(), err
}

// sample is a message as it is accepted.
func sample() operation.Operation {
	now := time.Now()
	id := uuid.Must(uuid.NewV7())
	owner := uuid.NewSHA1(uuid.NameSpaceURL, []byte("bench"))
	return operation.Operation{ID: id, Partner: owner, Connection: owner, Fleet: owner, TSP: "samsara",
		Kind: resource.KindMessage, Verb: resource.Create, OrderKey: "message.create/" + id.String(), State: operation.Queued,
		Payload: []byte(`{"connection_id":"6152526a-a6ee-5861-81dd-06299cdfc037",` +
			`"sender_id":"7f1dccd4-22f8-52bc-881a-c8ddd1272347","recipient_id":"6c41d741-283c-5270-a97f-e23d1d8b68a9",` +
			`"message_text":"Dock 7 is free","source_recipient_id":"45646001"}`),
		NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
}
