package webhook

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheDrawingOfASubscriptionsStatesIsTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/state-machine.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn, table []string
	for _, m := range regexp.MustCompile(`(?m)^    (\w+) --> (\w+) : (.+)$`).FindAllStringSubmatch(string(text), -1) {
		drawn = append(drawn, strings.Join(m[1:], " "))
	}
	for _, a := range arcs {
		var by []string
		for _, one := range a.by {
			by = append(by, string(one))
		}
		table = append(table, strings.Join([]string{string(a.from), string(a.move.to()), strings.Join(by, ", ")}, " "))
	}
	slices.Sort(drawn)
	slices.Sort(table)
	if diff := cmp.Diff(table, drawn); diff != "" {
		t.Errorf("docs/state-machine.md differs (-table +drawn):\n%s", diff)
	}
}

// may tells whether the table has an arc.
func may(from, to Status, by Mover) bool {
	return slices.ContainsFunc(arcs, func(a arc) bool { return a.from == from && a.move.to() == to && slices.Contains(a.by, by) })
}

func TestAMoveIsMadeByWhoMayMakeItAndFromWhereItLeads(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, m := range []Move{Activate, Pause, Stall, Delete} {
		for _, by := range []Mover{ByOwner, ByReceiver, ByBreaker} {
			for _, from := range []Status{Active, Paused, Stale, Deleted} {
				s := Subscription{Status: from, UpdatedAt: at, Health: Health{Since: at, Success: 0.5, Counted: 9, FailedInRow: 3}}
				got, err := s.Move(m, by, at)
				may := may(from, m.to(), by)
				switch {
				case may != (err == nil):
					t.Errorf("%s %s by %s: %v", from, m, by, err)
				case may && (got.Status != m.to() || !got.UpdatedAt.After(at)):
					t.Errorf("%s %s by %s: %s at %s", from, m, by, got.Status, got.UpdatedAt)
				case may && (m == Activate) != (got.Health == unproven(at)):
					t.Errorf("%s %s by %s leaves %+v", from, m, by, got.Health)
				case !may && got.Status != from:
					t.Errorf("%s %s by %s: refused, and yet %s", from, m, by, got.Status)
				}
			}
		}
	}
}

// What deliveries find out moves a subscription by After. It takes no way that is not drawn.
func TestDeliveriesMoveASubscriptionAlongTheTableAlone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	moved := map[Status]bool{}
	for _, from := range []Status{Active, Paused, Stale, Deleted} {
		for _, verdict := range []Verdict{Delivered, Retry, Gone, Interrupted} {
			for _, counted := range []int{0, 10, 30, 99} {
				s := Subscription{Status: from, Health: Health{Since: at.Add(-time.Hour * 24), Counted: counted, FailedInRow: counted}}
				by := ByBreaker
				if verdict == Gone {
					by = ByReceiver
				}
				after := s.After(Result{Verdict: verdict, StatusCode: 500, Attempt: 9}, at)
				if after.Status != from && !may(from, after.Status, by) {
					t.Errorf("%s became %s by %s, by its %s", from, after.Status, verdict, by)
				}
				moved[after.Status] = moved[after.Status] || after.Status != from
			}
		}
	}
	for _, to := range []Status{Active, Paused, Stale} {
		if !moved[to] {
			t.Errorf("none became %s", to)
		}
	}
}
