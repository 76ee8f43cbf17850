package record_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// listing is a TSP that has one list, and the store into which it is imported. Times pass by a
// second with each look at the clock.
type listing struct {
	record.Importer
	tsp.Adapter
	tsp.Session
	// passes holds the source ids of each page of each reading of the list; the last one repeats.
	passes [][]string
	// ends is how some calls end, by their number from 1.
	ends map[int]error
	// reached are the source ids that the connection reached before the sweep began.
	reached []string
	fails   map[string]error

	pass    int
	ticks   int
	cursors []string
	sinces  []time.Time
	// shows is what the list holds instead of trucks, in one page; known are records that are there.
	shows []tsp.Record
	known []record.Record
	asked int
	saved []record.Record
	// foreign is what the store says of each page.
	foreign []uuid.UUID
	since   time.Time
	losses  []record.Loss
}

func list(t *testing.T, passes ...[]string) *listing {
	t.Helper()
	l := &listing{passes: passes, ends: map[int]error{}, fails: map[string]error{}}
	registry, err := tsp.NewRegistry([]tsp.Adapter{l}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.Importer = record.Importer{Store: l, Caller: tsp.NewCaller(registry, nil, 0, slog.New(slog.DiscardHandler)),
		Now: func() time.Time { l.ticks++; return clock().Add(time.Duration(l.ticks) * time.Second) }}
	return l
}

func (l *listing) Spec() tsp.Spec { return tsp.Spec{Name: "acme"} }

func (l *listing) Connect(context.Context, tsp.Access) (tsp.Session, error) { return l, nil }

func (l *listing) List(_ context.Context, of tsp.List) (tsp.Page, error) {
	l.cursors, l.sinces = append(l.cursors, of.Cursor), append(l.sinces, of.Since)
	if l.shows != nil {
		return tsp.Page{Records: l.shows}, nil
	}
	if err := l.ends[len(l.cursors)]; err != nil {
		return tsp.Page{}, err
	}
	pages := l.passes[min(l.pass, len(l.passes)-1)]
	n, _ := strconv.Atoi(of.Cursor)
	var p tsp.Page
	for id := range strings.FieldsSeq(pages[n]) {
		p.Records = append(p.Records, tsp.Record{Collection: "trucks", SourceID: resource.SourceID(id),
			Fields: fmt.Appendf(nil, `{"vin":%q}`, id), Source: []byte(`{}`)})
	}
	if n+1 < len(pages) {
		p.Next = strconv.Itoa(n + 1)
	} else {
		l.pass++
	}
	return p, nil
}

func (l *listing) SaveRecords(_ context.Context, r []record.Record) ([]uuid.UUID, error) {
	if err := l.fails["SaveRecords"]; err != nil {
		return nil, err
	}
	l.saved = append(l.saved, r...)
	return l.foreign, nil
}

func (l *listing) KnownRecords(_ context.Context, of []uuid.UUID) ([]record.Record, error) {
	l.asked++
	return slices.DeleteFunc(slices.Clone(l.known), func(r record.Record) bool {
		return !slices.Contains(of, r.ID)
	}), l.fails["KnownRecords"]
}

func (l *listing) ReachedSince(_ context.Context, c uuid.UUID, k resource.Kind, before time.Time) ([]uuid.UUID,
	error) {
	l.since = before
	if c != lane || k != resource.KindVehicle {
		return nil, errors.New("another list was asked for")
	}
	return ids(l.reached...), l.fails["ReachedSince"]
}

func (l *listing) LoseRecords(_ context.Context, of record.Loss) error {
	of.Records = slices.Clone(of.Records)
	l.losses = append(l.losses, of)
	return l.fails["LoseRecords"]
}

func (l *listing) run(t *testing.T, s *record.Sweep) error {
	t.Helper()
	return l.Run(t.Context(), source(), s)
}

func source() record.Source {
	return record.Source{Fleet: north, Account: "a", Target: tsp.Target{Connection: lane, TSP: "acme",
		Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}}
}

// ids are our ids of the TSP's records.
func ids(of ...string) []uuid.UUID {
	var all []uuid.UUID
	for _, one := range of {
		all = append(all, record.Record{Fleet: north, TSP: "acme", Account: "a", Collection: "trucks",
			SourceID: resource.SourceID(one)}.Identify().ID)
	}
	return all
}
