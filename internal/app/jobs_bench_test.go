package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// BenchmarkACancelOfManyBesideAccepts cancels 100,000 queued operations, or 20,000 with -short, by a job, in one lane and
// in many, and tells how long that takes and at which rate others are accepted meanwhile, beside that right before: as
// many as 16 callers at once can, and 200 a second.
//
//	go test ./internal/app -run xxx -bench ACancelOfMany -benchtime 1x -timeout 30m
func BenchmarkACancelOfManyBesideAccepts(b *testing.B) {
	many := 100_000
	if testing.Short() {
		many = 20_000
	}
	for name, c := range map[string]struct {
		lanes int
		every time.Duration
	}{"one lane, 200 accepts a second": {1, 5 * time.Millisecond}, "50 lanes, 200 accepts a second": {50, 5 * time.Millisecond},
		"one lane, 16 callers": {1, 0}, "50 lanes, 16 callers": {50, 0}, "50 lanes, nobody": {50, -1}} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				y := newDepot(b, c.lanes)
				y.fill(many)
				alone := y.accepts(c.every, func() { time.Sleep(5 * time.Second) })
				var took time.Duration
				spent := processor(b)
				beside := y.accepts(c.every, func() { took = y.cancel(many) })
				b.ReportMetric(took.Seconds(), "s-for-all")
				b.ReportMetric((processor(b) - spent).Seconds(), "s-of-processor")
				if alone > 0 {
					b.ReportMetric(alone, "accepts/s-before")
					b.ReportMetric(beside/alone, "x-beside")
				}
			}
		})
	}
}

// processor is the time of a processor that this process has had.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// depot is a program that runs, with connections for which operations wait until an hour is over.
type depot struct {
	b     *testing.B
	db    store.Store
	ids   demo.Fixtures
	lanes []connection.Connection
	// other is the connection of those who write meanwhile.
	other connection.Connection
}

func newDepot(b *testing.B, lanes int) *depot {
	b.Helper()
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, b.TempDir()+"/w.db"
	a, err := app.Open(b.Context(), c, app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err != nil {
		b.Fatal(err)
	}
	y := &depot{b: b, db: a.Rooms().Store}
	y.ids, _ = demo.Fill(b.Context(), a.Rooms(), "127.0.0.1:9")
	// Nobody hears of what ends: a receiver would be measured as well.
	heard, err := a.Rooms().Webhooks.List(b.Context(), demo.ID("partner"), webhook.ListRequest{Window: page.Window{Limit: 100}})
	for _, s := range heard.Items {
		_, gone := a.Rooms().Webhooks.Move(b.Context(), s.Partner, s.ID, webhook.Delete)
		err = errors.Join(err, gone)
	}
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	for range lanes + 1 {
		conn := connection.Connection{ID: uuid.Must(uuid.NewV7()), Fleet: demo.ID(demo.FleetRef), TSP: "samsara", Account: uuid.NewString(),
			Status: connection.Active, Sealed: []byte("x"), Version: 1, Settings: map[string]any{}, CreatedAt: now, UpdatedAt: now}
		if err := y.db.InsertConnection(b.Context(), connection.Change{To: conn}); err != nil {
			b.Fatal(err)
		}
		y.lanes = append(y.lanes, conn)
	}
	y.other, y.lanes = y.lanes[0], y.lanes[1:]
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return y
}

// accept stores a message that is not sent before an hour is over.
func (y *depot) accept(conn connection.Connection, n int) error {
	op := waitingMessage(conn, y.ids, n)
	op.NextAt, op.Deadline = op.NextAt.Add(time.Hour), op.Deadline.Add(time.Hour)
	op.OrderKey = fmt.Sprintf("message.create/%d", n%1000)
	if conn.ID == y.other.ID {
		op.Kind = resource.KindGroupMessage
	}
	_, err := y.db.Accept(y.b.Context(), op, nil)
	return err
}

// crowd does something often, by many at once.
func (y *depot) crowd(callers int, do func() error, more func() bool) {
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for more() {
				if err := do(); err != nil {
					y.b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// fill has operations wait in the lanes.
func (y *depot) fill(many int) {
	var n atomic.Int64
	y.crowd(128, func() error {
		i := int(n.Add(1))
		return y.accept(y.lanes[i%len(y.lanes)], i)
	}, func() bool { return n.Load() < int64(many) })
}

// accepts tells how many are accepted a second while something is done: one each time, or as many as 16 callers can where
// that is zero, or none where it is less.
func (y *depot) accepts(every time.Duration, while func()) float64 {
	if every < 0 {
		while()
		return 0
	}
	var over atomic.Bool
	var n atomic.Int64
	began := time.Now()
	var callers sync.WaitGroup
	callers.Go(func() {
		y.crowd(16, func() error {
			if i := n.Add(1); every > 0 {
				time.Sleep(time.Until(began.Add(time.Duration(i) * every)))
			}
			return y.accept(y.other, int(n.Load()))
		}, func() bool { return !over.Load() })
	})
	while()
	over.Store(true)
	took := time.Since(began)
	callers.Wait()
	return float64(n.Load()) / took.Seconds()
}

// cancel cancels what waits in the lanes, and tells how long that took.
func (y *depot) cancel(many int) time.Duration {
	began, ctx := time.Now(), y.b.Context()
	s := job.New(job.Config{Store: y.db, Snapshots: y.db, Queue: y.db, Now: y.db.Now})
	j, _, err := s.Create(ctx, job.Request{Partner: demo.ID("partner"), Client: app.DemoClient, Of: job.Operations,
		Body: []byte(`{"action":"cancel","filter":{"resource":"message"}}`)})
	if err != nil {
		y.b.Fatal(err)
	}
	for !j.State.Ended() {
		time.Sleep(20 * time.Millisecond)
		if j, err = y.db.Job(ctx, j.Partner, j.ID); err != nil {
			y.b.Fatal(err)
		}
	}
	if j.Done < many {
		y.b.Errorf("%d of %d are cancelled, %+v", j.Done, many, j.Refusals)
	}
	return time.Since(began)
}
