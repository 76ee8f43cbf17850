package tsp_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const slack = 30 * time.Second

// at is a time of a test: so many seconds after its begin.
func at(seconds int) time.Time { return time.Unix(1_800_000_000+int64(seconds), 0).UTC() }

// certain and open are rivals that were sent and ended at those seconds.
func certain(sent, ended int) tsp.Rival {
	return tsp.Rival{SentAt: at(sent), EndedAt: at(ended), Certain: true}
}

func open(sent, ended int) tsp.Rival { return tsp.Rival{SentAt: at(sent), EndedAt: at(ended)} }

// underWay is a rival whose call is.
func underWay(sent, now int) tsp.Rival {
	r := open(sent, now)
	r.UnderWay = true
	return r
}

// since gives those of some rivals that ended at a time or later.
func since(all *[]tsp.Rival) tsp.Rivals {
	return func(_ context.Context, since time.Time) (out []tsp.Rival, _ error) {
		for _, r := range *all {
			if !r.EndedAt.Before(since) {
				out = append(out, r)
			}
		}
		return out, nil
	}
}

func TestWhatIsFoundIsOursOnlyBeyondWhatRivalsMayHaveLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		rivals []tsp.Rival
		// ours are those of 0, 1, 2 and 3 things found: yes, no, or ? for nobody can tell.
		ours string
		// from is where the list begins.
		from int
	}{
		{"nobody else wrote", nil, "nyyy", 970},
		{"one took effect before", []tsp.Rival{certain(980, 981)}, "nnyy", 950},
		{"two did", []tsp.Rival{certain(980, 981), certain(960, 961)}, "nnny", 930},
		{"one took effect long before", []tsp.Rival{certain(100, 101)}, "nyyy", 970},
		{"one took effect just outside of the list", []tsp.Rival{certain(930, 939)}, "nyyy", 970},
		{"one may lie on its edge", []tsp.Rival{certain(930, 945)}, "nnyy", 900},
		{"one draws another into it", []tsp.Rival{certain(980, 981), certain(915, 925)}, "nnny", 885},
		{"one may have", []tsp.Rival{open(980, 990)}, "n?yy", 970},
		{"one is under way, and nothing has an id", []tsp.Rival{underWay(980, 1100)}, "n?yy", 970},
		{"one that was cut off before may have come late", []tsp.Rival{open(900, 925)}, "n?yy", 970},
		{"one that was cut off before would have come earlier", []tsp.Rival{open(800, 809)}, "nyyy", 970},
		{"one of each", []tsp.Rival{certain(980, 981), open(985, 990)}, "nn?y", 950},
		{"one that took effect now may not be listed yet", []tsp.Rival{certain(1095, 1099)}, "n?yy", 970},
		{"one was sent after the list was read", []tsp.Rival{certain(1101, 1102)}, "nyyy", 970},
	} {
		w := tsp.Write{SentAt: at(1000), Rivals: since(&c.rivals)}
		var from time.Time
		alike, err := w.Alike(t.Context(), tsp.Look{Same: func(tsp.Rival) bool { return true }, Slack: slack,
			Now: func() time.Time { return at(1100) }, List: func(_ context.Context, since time.Time) error {
				from = since
				return nil
			}})
		if err != nil || !from.Equal(at(c.from)) {
			t.Errorf("%s: the list begins at %v, want %v (%v)", c.name, from.Sub(at(0)), at(c.from).Sub(at(0)), err)
		}
		got := ""
		for n := range 4 {
			is, err := alike.Ours(n)
			var e *tsp.Error
			switch {
			case errors.As(err, &e) && e.Class == tsp.Unknown && !is:
				got += "?"
			case err != nil:
				t.Errorf("%s: %v", c.name, err)
			case is:
				got += "y"
			default:
				got += "n"
			}
		}
		if got != c.ours {
			t.Errorf("%s: of 0 to 3 found it is %s, want %s", c.name, got, c.ours)
		}
	}
}

func TestARivalThatBeginsWhileTheListIsReadMayBeInIt(t *testing.T) {
	t.Parallel()
	now := at(1100)
	var all []tsp.Rival
	w := tsp.Write{SentAt: at(1000), Rivals: since(&all)}
	alike, err := w.Alike(t.Context(), tsp.Look{Same: func(tsp.Rival) bool { return true }, Slack: slack,
		Now: func() time.Time { return now }, List: func(context.Context, time.Time) error {
			all = append(all, certain(1101, 1102))
			now = at(1103)
			return nil
		}})
	if _, told := alike.Ours(1); err != nil || told == nil {
		t.Errorf("%v: the one that is found may be that of the rival", err)
	}
}

func TestWhatARivalThatEndedMeanwhileTookFromTheEdgeIsListedAgain(t *testing.T) {
	t.Parallel()
	all := []tsp.Rival{open(960, 1040)}
	w := tsp.Write{SentAt: at(1000), Rivals: since(&all)}
	var begins []time.Duration
	alike, err := w.Alike(t.Context(), tsp.Look{Same: func(tsp.Rival) bool { return true }, Slack: slack,
		Now: func() time.Time { return at(1100) }, List: func(_ context.Context, since time.Time) error {
			begins = append(begins, at(1000).Sub(since))
			all[0].Certain = true
			return nil
		}})
	if is, told := alike.Ours(1); err != nil || told != nil || is {
		t.Errorf("%v, %v, %v: the one that is found is the rival's", is, told, err)
	}
	if len(begins) != 2 || begins[0] != 30*time.Second || begins[1] != 70*time.Second {
		t.Errorf("lists began %v before the attempt", begins)
	}
}

func TestAChainOfEqualWritesIsFollowedForSomeHoursAndThenOnlyItsEdgeIsOpen(t *testing.T) {
	t.Parallel()
	var all []tsp.Rival
	for i := range 1000 {
		all = append(all, certain(1000-50*(i+1), 1000-50*(i+1)+1))
	}
	w := tsp.Write{SentAt: at(1000), Rivals: since(&all)}
	alike, err := w.Alike(t.Context(), tsp.Look{Same: func(tsp.Rival) bool { return true }, Slack: slack,
		Now: func() time.Time { return at(1100) }, List: func(context.Context, time.Time) error { return nil }})
	if err != nil || len(alike.Certain) < 400 || len(alike.Open) == 0 || len(alike.Open) > 2 {
		t.Fatalf("%d certain and %d open, %v", len(alike.Certain), len(alike.Open), err)
	}
	if is, err := alike.Ours(len(alike.Certain)); is || err != nil {
		t.Errorf("%v, %v", is, err)
	}
}

func TestALookEndsWithTheErrorOfItsListOrOfTheRivals(t *testing.T) {
	t.Parallel()
	down := &tsp.Error{Class: tsp.Unavailable, Message: "down"}
	look := tsp.Look{Same: func(tsp.Rival) bool { return true }, Now: time.Now, List: func(context.Context, time.Time) error { return down }}
	if _, err := (tsp.Write{SentAt: at(0)}).Alike(t.Context(), look); !errors.Is(err, down) {
		t.Errorf("%v", err)
	}
	look.List = func(context.Context, time.Time) error { return nil }
	w := tsp.Write{SentAt: at(0), Rivals: func(context.Context, time.Time) ([]tsp.Rival, error) { return nil, down }}
	if _, err := w.Alike(t.Context(), look); !errors.Is(err, down) {
		t.Errorf("%v", err)
	}
}

func TestAnIDThatARivalHoldsIsThatRivals(t *testing.T) {
	t.Parallel()
	named := func(r tsp.Rival, id resource.SourceID) tsp.Rival {
		r.SourceID = id
		return r
	}
	for _, c := range []struct {
		name  string
		alike tsp.Alike
		ids   []resource.SourceID
		free  []resource.SourceID
		// ours is yes, no, or ? for nobody can tell.
		ours string
	}{
		{"nobody's", tsp.Alike{}, ids("a"), ids("a"), "y"},
		{"a rival's", tsp.Alike{Certain: []tsp.Rival{named(certain(1, 2), "a")}}, ids("a"), nil, "n"},
		{"one of each", tsp.Alike{Certain: []tsp.Rival{named(certain(1, 2), "a")}}, ids("a", "b"), ids("b"), "y"},
		{"of a rival that was answered just now", tsp.Alike{Open: []tsp.Rival{named(certain(1, 2), "a")}}, ids("a"), nil, "n"},
		{"a rival's is not listed", tsp.Alike{Certain: []tsp.Rival{named(certain(1, 2), "z")}}, ids("a"), ids("a"), "?"},
		{"a rival without an id", tsp.Alike{Certain: []tsp.Rival{certain(1, 2)}}, ids("a"), ids("a"), "n"},
		{"an open rival", tsp.Alike{Open: []tsp.Rival{open(1, 2)}}, ids("a"), ids("a"), "?"},
		{"an open rival and two", tsp.Alike{Open: []tsp.Rival{open(1, 2)}}, ids("a", "b"), ids("a", "b"), "y"},
		{"a rival under way and two", tsp.Alike{Open: []tsp.Rival{underWay(1, 2)}}, ids("a", "b"), ids("a", "b"), "?"},
		{"a rival under way and none", tsp.Alike{Open: []tsp.Rival{underWay(1, 2)}}, nil, nil, "n"},
	} {
		free, left := c.alike.Unclaimed(c.ids)
		is, err := left.Ours(len(free))
		got := map[bool]string{true: "y", false: "n"}[is]
		if err != nil {
			got = "?"
		}
		if got != c.ours || !slices.Equal(free, c.free) {
			t.Errorf("%s: free are %v and ours is %s, want %v and %s", c.name, free, got, c.free, c.ours)
		}
	}
}

func ids(all ...resource.SourceID) []resource.SourceID { return all }
