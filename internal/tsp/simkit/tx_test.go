package simkit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestAPageHoldsWhatIsKeptAndTellsOfMore(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	update(t, h, func(tx *simkit.Tx) error {
		for n := range 6 {
			tx.Add("log", simkit.Object{"n": int64(n)})
		}
		even := func(i *simkit.Item) bool { return simkit.Int(i.Object, "n")%2 == 0 }
		for _, c := range []struct {
			after int64
			size  int
			keep  func(*simkit.Item) bool
			want  string
		}{
			{0, 2, even, "0 2 more"}, {0, 3, even, "0 2 4"}, {4, 9, even, "4"}, {0, 6, nil, "0 1 2 3 4 5"}, {0, 5, nil, "0 1 2 3 4 more"},
			{99, 5, nil, ""},
		} {
			page, more := tx.Page("log", c.after, c.size, c.keep)
			var got []string
			for _, i := range page {
				got = append(got, fmt.Sprint(i.Object["n"]))
			}
			if more {
				got = append(got, "more")
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%d behind %d: %q, want %q", c.size, c.after, text, c.want)
			}
		}
		return nil
	})
}

func TestANumberThatWasCountedIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	count := func(h *simkit.Host, name string) (n int64) {
		update(t, h, func(tx *simkit.Tx) (err error) {
			n, err = tx.Count("_counts", name)
			return err
		})
		return n
	}
	h := open(t, dir)
	if a, b, other := count(h, "trucks"), count(h, "trucks"), count(h, "drivers"); a != 1 || b != 2 || other != 1 {
		t.Errorf("counted %d, %d and %d", a, b, other)
	}
	if again := count(open(t, dir), "trucks"); again != 3 {
		t.Errorf("after a restart: %d", again)
	}
}

func TestTheHistoryOfChangesHoldsNoPassword(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	patch := simkit.Object{"name": "a", "password": "sesame"}
	update(t, h, func(tx *simkit.Tx) error { tx.NoteChange("users", int64(7), patch); return nil })
	want := []string{"2 2 map[at:2026-11-24T12:00:00.000Z collection:users id:7 patch:map[name:a password:*****]]"}
	if diff := cmp.Diff(want, contents(t, h, simkit.Changes)); diff != "" || patch["password"] != "sesame" {
		t.Errorf("the body became %v: %s", patch, diff)
	}
	update(t, h, func(tx *simkit.Tx) error { tx.Clear(simkit.Changes); return nil })
	if left := contents(t, h, simkit.Changes); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
