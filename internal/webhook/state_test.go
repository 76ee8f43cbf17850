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
	for _, r := range moves {
		for _, from := range r.from {
			var by []string
			for _, one := range r.by {
				by = append(by, string(one))
			}
			table = append(table, strings.Join([]string{string(from), string(r.to), strings.Join(by, ", ")}, " "))
		}
	}
	slices.Sort(drawn)
	slices.Sort(table)
	if diff := cmp.Diff(table, drawn); diff != "" {
		t.Errorf("docs/state-machine.md differs (-table +drawn):\n%s", diff)
	}
}

func TestAMoveIsMadeByWhoMayMakeItAndFromWhereItLeads(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for m, r := range moves {
		for _, by := range []Mover{Owner, Receiver, Breaker} {
			for _, from := range []Status{Active, Paused, Stale, Deleted} {
				s := Subscription{Status: from, UpdatedAt: at, Health: Health{Since: at, Success: 0.5, Counted: 9, FailedInRow: 3}}
				got, err := s.Move(m, by, at)
				may := slices.Contains(r.by, by) && slices.Contains(r.from, from)
				switch {
				case may != (err == nil):
					t.Errorf("%s %s by %s: %v", from, m, by, err)
				case may && (got.Status != r.to || !got.UpdatedAt.After(at)):
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
