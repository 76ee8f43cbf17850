package page_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/page"
)

func place(n int) page.Position { return page.Position{Seq: int64(n)} }

// look answers a window as a store does, from the list 1, 2, ... n.
func look(n int, w page.Window) []int {
	var found []int
	for i := 1; i <= n; i++ {
		at := int64(i)
		if w.Place.IsZero() || w.Backwards && at < w.Place.Seq || !w.Backwards && at > w.Place.Seq {
			found = append(found, i)
		}
	}
	if len(found) > w.Limit && w.Backwards {
		return found[len(found)-w.Limit:]
	}
	return found[:min(len(found), w.Limit)]
}

func TestPagesFollowEachOtherInBothDirections(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n, size := rapid.IntRange(0, 30).Draw(rt, "entries"), rapid.IntRange(1, 8).Draw(rt, "size")
		show := func(at page.Position, backwards bool) page.Page[int] {
			w := page.Window{Place: at, Backwards: backwards, Limit: size}
			return page.Cut(look(n, w.Wider()), w, place)
		}
		p := show(page.Position{}, false)
		if !p.Previous.IsZero() {
			rt.Fatal("the first page has one before it")
		}
		var seen [][]int
		for {
			seen = append(seen, p.Items)
			if p.Next.IsZero() {
				break
			}
			p = show(p.Next, false)
		}
		all := slices.Concat(seen...)
		if want := look(n, page.Window{Limit: n}); !slices.Equal(all, want) {
			rt.Fatalf("there: %v", all)
		}
		for i := len(seen) - 2; i >= 0; i-- {
			p = show(p.Previous, true)
			if !slices.Equal(p.Items, seen[i]) || p.Next.IsZero() {
				rt.Fatalf("back at page %d: %v, next %v", i, p.Items, p.Next)
			}
		}
		if len(seen) > 1 && !p.Previous.IsZero() {
			rt.Fatal("the first page, come to from behind, has one before it")
		}
	})
}

func TestAPageKeepsItsPlaceInAnotherForm(t *testing.T) {
	t.Parallel()
	total := 3
	p := page.Page[int]{Items: []int{1, 2}, Total: &total, Previous: place(1), Next: place(2)}
	want := page.Page[string]{Items: []string{"1", "2"}, Total: &total, Previous: place(1), Next: place(2)}
	if diff := cmp.Diff(want, page.Map(p, strconv.Itoa)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPositionIsZeroOnlyWithoutAnyMember(t *testing.T) {
	t.Parallel()
	for _, p := range []page.Position{{Seq: 1}, {Text: "a"}, {ID: uuid.Max}} {
		if p.IsZero() {
			t.Errorf("%+v counts as none", p)
		}
	}
	if !(page.Position{}).IsZero() {
		t.Error("no position counts as one")
	}
}
