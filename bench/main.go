// Command bench measures how many writes the SQLite store accepts, beside a bare loop of
// durable one-row inserts in the same run on the same disk. Absolutes follow the disk; only
// the ratios say something about Waybill.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	_ "github.com/ncruces/go-sqlite3/driver" // "sqlite3", for the bare loop

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// span is how long each figure is measured.
const span = 3 * time.Second

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "waybill-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	insert, closeFloor, err := floor(ctx, filepath.Join(dir, "floor.db"))
	if err != nil {
		return err
	}
	defer closeFloor()
	db, err := store.Open(ctx, filepath.Join(dir, "waybill.db"), store.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer db.Close()
	accept := accepting(ctx, db)
	fmt.Println("                         per second   x floor")
	base, err := rate(16, insert)
	if err != nil {
		return err
	}
	fmt.Printf("bare insert, 16 callers  %10.0f      1.00\n", base)
	for _, callers := range []int{16, 256} {
		r, err := rate(callers, accept)
		if err != nil {
			return err
		}
		fmt.Printf("accept, %3d callers      %10.0f      %.2f\n", callers, r, r/base)
	}
	if err := sealed(ctx, dir); err != nil {
		return err
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("memory from the system   %10.0f MB\n", float64(m.Sys)/(1<<20))
	return nil
}

// turns is how often each of two stores is measured, one after the other, so that both meet the same disk.
const turns = 4

// sealed measures accepting where texts are sealed at rest beside where they are not. A partner hears of
// what is accepted, so that events are stored as well.
func sealed(ctx context.Context, dir string) error {
	var accept [2]func() error
	for i, on := range []bool{false, true} {
		db, err := store.Open(ctx, filepath.Join(dir, fmt.Sprintf("sealed-%v.db", on)), store.Options{Now: time.Now, Sealing: sealing(on)})
		if err != nil {
			return err
		}
		defer db.Close()
		err = db.InsertSubscriptions(ctx, []webhook.Subscription{{ID: uuid.New(), Partner: sample().Partner, URL: "https://r.example/",
			EventName: event.OperationCreated, Sealed: []byte("x"), Status: webhook.Active}}, 1)
		if err != nil {
			return err
		}
		accept[i] = accepting(ctx, db)
	}
	var sum [2]float64
	for range turns {
		for i := range accept {
			r, err := rate(16, accept[i])
			if err != nil {
				return err
			}
			sum[i] += r / turns
		}
	}
	fmt.Printf("accept and tell          %10.0f\n", sum[0])
	fmt.Printf("the same, sealed         %10.0f      %.2f x unsealed\n", sum[1], sum[1]/sum[0])
	return nil
}

// sealing seals with a key of its own.
func sealing(on bool) func(context.Context, store.Store) (store.Sealing, error) {
	return func(context.Context, store.Store) (store.Sealing, error) {
		by, err := seal.Key("32 bytes that nobody has to keep").Wrapper()
		if err != nil {
			return nil, err
		}
		wrapped, err := seal.NewKeyset(by)
		if err != nil {
			return nil, err
		}
		sealer, err := seal.Open(by, wrapped)
		if err != nil {
			return nil, err
		}
		return sealer.AtRest([]byte("seed"), on)
	}
}

// accepting accepts one operation of many.
func accepting(ctx context.Context, db store.Store) func() error {
	return func() error {
		op := sample()
		created, err := op.Event(event.OperationCreated, op.CreatedAt)
		if err != nil {
			return err
		}
		created.Own = true // heard without a grant
		_, err = db.Accept(ctx, op, []event.Event{created})
		return err
	}
}

// rate runs do from a number of callers for a span and returns how often it was done per second.
func rate(callers int, do func() error) (float64, error) {
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

// floor opens a bare table with the operation row's columns and returns a durable one-row
// insert, each in a transaction of its own.
func floor(ctx context.Context, path string) (insert func() error, close func() error, err error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE operation (seq INTEGER PRIMARY KEY, id BLOB UNIQUE, partner BLOB,
		connection BLOB, created_at INTEGER, payload TEXT, state TEXT);
		CREATE INDEX live ON operation (connection, seq) WHERE state = 'queued';
		CREATE INDEX list ON operation (partner, created_at)`); err != nil {
		return nil, nil, err
	}
	stmt, err := db.PrepareContext(ctx, `INSERT INTO operation (id, partner, connection, created_at, payload, state)
		VALUES (?1, ?2, ?3, ?4, ?5, 'queued')`)
	return func() error {
		op := sample()
		_, err := stmt.Exec(op.ID[:], op.Partner[:], op.Connection[:], op.CreatedAt.UnixMicro(), string(op.Payload))
		return err
	}, db.Close, err
}

// sample is a message as it is accepted.
func sample() operation.Operation {
	now := time.Now()
	id := uuid.Must(uuid.NewV7())
	owner := uuid.NewSHA1(uuid.NameSpaceURL, []byte("bench"))
	return operation.Operation{ID: id, Partner: owner, Connection: owner, Fleet: owner, TSP: "samsara",
		Kind: resource.KindMessage, Verb: resource.Create, OrderKey: id.String(), State: operation.Queued,
		Payload: []byte(`{"connection_id":"6152526a-a6ee-5861-81dd-06299cdfc037","sender_id":"7f1dccd4-22f8-52bc-881a-c8ddd1272347",` +
			`"recipient_id":"6c41d741-283c-5270-a97f-e23d1d8b68a9","message_text":"Dock 7 is free","source_recipient_id":"45646001"}`),
		NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
}
