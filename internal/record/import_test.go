package record_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestASweepReadsItsListToTheEndAndSavesWhatItHolds(t *testing.T) {
	t.Parallel()
	l := list(t, []string{"1 2", "2 3", ""})
	s := l.NewSweep(resource.KindVehicle, time.Time{})
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
	s := l.NewSweep(resource.KindVehicle, time.Time{})
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
		s := l.NewSweep(resource.KindVehicle, time.Time{})
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
	s := l.NewSweep(resource.KindVehicle, time.Time{})
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
	s := l.NewSweep(resource.KindVehicle, time.Time{})
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
	s := l.NewSweep(resource.KindVehicle, time.Time{})
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
	s := l.NewSweep(resource.KindVehicle, time.Time{})
	if err := l.run(t, s); !errors.Is(err, l.fails["LoseRecords"]) || s.Lost != 0 {
		t.Errorf("%v, lost %d", err, s.Lost)
	}
}

func TestAListWithoutAnEndBreaksOff(t *testing.T) {
	t.Parallel()
	l := list(t, slices.Repeat([]string{""}, 10_002))
	var end *tsp.Error
	if err := l.run(t, l.NewSweep(resource.KindVehicle, time.Time{})); !errors.As(err, &end) || end.Class != tsp.Broken {
		t.Errorf("%v", err)
	}
	if len(l.cursors) != 10_001 {
		t.Errorf("%d pages were read", len(l.cursors))
	}
}
