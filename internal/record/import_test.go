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

	"github.com/google/go-cmp/cmp"
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
	saved   []record.Record
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
	l.cursors = append(l.cursors, of.Cursor)
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

func (l *listing) SaveRecords(_ context.Context, r []record.Record) error {
	if err := l.fails["SaveRecords"]; err != nil {
		return err
	}
	l.saved = append(l.saved, r...)
	return nil
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

func TestASweepReadsItsListToTheEndAndSavesWhatItHolds(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1 2", "2 3", ""})
	s := l.NewSweep(resource.KindVehicle)
	if err := l.run(t, s); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(l.cursors, []string{"", "1", "2"}) || s.Seen != 3 || s.Lost != 0 || len(l.losses) != 0 {
		t.Errorf("cursors %q, seen %d, lost %d in %+v", l.cursors, s.Seen, s.Lost, l.losses)
	}
	if !l.since.Equal(s.Began) || !s.Began.Equal(onDisk().Add(time.Second)) {
		t.Errorf("it began at %v, and what was there since %v was looked for", s.Began, l.since)
	}
	// A record is true as of when it was asked for, not of when it came.
	want := record.Record{Kind: resource.KindVehicle, Fleet: north, TSP: "acme", Account: "a", Collection: "trucks",
		SourceID: "3",
		Imported: true, Fields: []byte(`{"vin":"3"}`), Source: []byte(`{}`), Connection: lane,
		SeenAt: onDisk().Add(4 * time.Second), UpdatedAt: onDisk().Add(5 * time.Second)}.Identify()
	if diff := cmp.Diff(want, l.saved[3]); diff != "" || len(l.saved) != 4 {
		t.Errorf("%d are saved (-want +got):\n%s", len(l.saved), diff)
	}
}

func TestASweepThatWasCutOffGoesOnBehindTheLastPageThatItSaved(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1", "2", "3"})
	l.ends[2] = &tsp.Error{Class: tsp.Unavailable, Message: "down"}
	s := l.NewSweep(resource.KindVehicle)
	var end *tsp.Error
	if err := l.run(t, s); !errors.As(err, &end) || end.Class != tsp.Unavailable || s.Seen != 1 {
		t.Fatalf("%v, seen %d", err, s.Seen)
	}
	full := errors.New("the disk is full")
	l.fails["SaveRecords"] = full
	if err := l.run(t, s); !errors.Is(err, full) || s.Seen != 1 {
		t.Fatalf("%v, seen %d", err, s.Seen)
	}
	l.fails = nil
	if err := l.run(t, s); err != nil || s.Seen != 3 {
		t.Errorf("%v, seen %d", err, s.Seen)
	}
	if want := []string{"", "1", "1", "1", "2"}; !slices.Equal(l.cursors, want) || len(l.saved) != 3 {
		t.Errorf("cursors %q, saved %d", l.cursors, len(l.saved))
	}
}

func TestARecordIsLostOnceTwoReadingsInARowMissIt(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		passes  [][]string
		reached []string
		lost    []string
		read    int
	}{
		"nothing was there before":       {[][]string{{"1"}}, nil, nil, 1},
		"all are met":                    {[][]string{{"1", "2"}}, []string{"1", "2"}, nil, 2},
		"one is missed twice":            {[][]string{{"1 2"}}, []string{"1", "2", "3"}, []string{"3"}, 2},
		"one is missed once":             {[][]string{{"1"}, {"1 2"}}, []string{"1", "2"}, nil, 2},
		"each reading misses another":    {[][]string{{"1"}, {"2"}}, []string{"1", "2"}, nil, 2},
		"one is missed twice, one once":  {[][]string{{"1"}, {"2"}}, []string{"1", "2", "3"}, []string{"3"}, 2},
		"the list is empty by now":       {[][]string{{""}}, []string{"1"}, []string{"1"}, 2},
		"a page is missing in the first": {[][]string{{"1"}, {"1", "2"}}, []string{"1", "2", "3"}, []string{"3"}, 3},
	} {
		l := list(t, c.passes...)
		l.reached = c.reached
		s := l.NewSweep(resource.KindVehicle)
		if err := l.run(t, s); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
		var lost []uuid.UUID
		for _, loss := range l.losses {
			lost = append(lost, loss.Records...)
			if loss.Connection != lane || !loss.Before.Equal(s.Began) || !loss.At.After(l.last(s)) {
				t.Errorf("%s: %+v", says, loss)
			}
		}
		if diff := cmp.Diff(ids(c.lost...), lost); diff != "" || s.Lost != len(c.lost) || len(l.cursors) != c.read {
			t.Errorf("%s: lost %d, read %d pages (-want +got):\n%s", says, s.Lost, len(l.cursors), diff)
		}
	}
}

// last is when the last record was saved, or when the sweep began if none was.
func (l *listing) last(s *record.Sweep) time.Time {
	if len(l.saved) == 0 {
		return s.Began
	}
	return l.saved[len(l.saved)-1].UpdatedAt
}

func TestASweepThatIsCutOffInItsSecondReadingRemembersWhatTheFirstMissed(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1", "2"}, []string{"1 4", "2"})
	l.reached = []string{"1", "3", "4"}
	l.ends[4] = &tsp.Error{Class: tsp.Throttled, Message: "slow down"}
	s := l.NewSweep(resource.KindVehicle)
	if err := l.run(t, s); err == nil || len(l.losses) > 0 {
		t.Fatalf("%v, lost %+v", err, l.losses)
	}
	if err := l.run(t, s); err != nil {
		t.Fatal(err)
	}
	if want := []string{"", "1", "", "1", "1"}; !slices.Equal(l.cursors, want) {
		t.Errorf("cursors %q", l.cursors)
	}
	if len(l.losses) != 1 || !slices.Equal(l.losses[0].Records, ids("3")) {
		t.Errorf("lost %+v", l.losses)
	}
}

func TestWhatWasMissedIsNotLostWhileItCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1"})
	l.fails["ReachedSince"] = errors.New("the disk is gone")
	s := l.NewSweep(resource.KindVehicle)
	if err := l.run(t, s); !errors.Is(err, l.fails["ReachedSince"]) || len(l.losses) > 0 || s.Seen != 1 {
		t.Errorf("%v, seen %d, lost %+v", err, s.Seen, l.losses)
	}
}

func TestLossesAreToldInPortions(t *testing.T) {
	t.Parallel()
	l := list(t, []string{""})
	for i := range 450 {
		l.reached = append(l.reached, fmt.Sprint("gone ", i))
	}
	s := l.NewSweep(resource.KindVehicle)
	if err := l.run(t, s); err != nil {
		t.Fatal(err)
	}
	seen := map[uuid.UUID]bool{}
	var sizes []int
	for _, loss := range l.losses {
		sizes = append(sizes, len(loss.Records))
		for _, id := range loss.Records {
			seen[id] = true
		}
	}
	if !slices.Equal(sizes, []int{200, 200, 50}) || len(seen) != 450 || s.Lost != 450 {
		t.Errorf("portions of %v, %d records, %d counted", sizes, len(seen), s.Lost)
	}
}

func TestALossThatCannotBeStoredIsNotCounted(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1"})
	l.reached, l.fails["LoseRecords"] = []string{"2"}, errors.New("the disk is full")
	s := l.NewSweep(resource.KindVehicle)
	if err := l.run(t, s); !errors.Is(err, l.fails["LoseRecords"]) || s.Lost != 0 {
		t.Errorf("%v, lost %d", err, s.Lost)
	}
}

func TestAListWithoutAnEndBreaksOff(t *testing.T) {
	t.Parallel()
	l := list(t, slices.Repeat([]string{""}, 10_002))
	var end *tsp.Error
	if err := l.run(t, l.NewSweep(resource.KindVehicle)); !errors.As(err, &end) || end.Class != tsp.Broken {
		t.Errorf("%v", err)
	}
	if len(l.cursors) != 10_001 {
		t.Errorf("%d pages were read", len(l.cursors))
	}
}
