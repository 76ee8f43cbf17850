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

func TestAListOfWhichPartsAreLookedAtIsShownWholeInBothDirections(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n, size, part := rapid.IntRange(0, 40).Draw(rt, "entries"), rapid.IntRange(1, 4).Draw(rt, "size"), rapid.IntRange(1, 9).Draw(rt, "part")
		wanted := rapid.SliceOfN(rapid.Bool(), n+1, n+1).Draw(rt, "wanted")
		show := func(at page.Position, backwards bool) page.Page[int] {
			w := page.Window{Place: at, Backwards: backwards, Limit: size}
			seen := look(n, page.Window{Place: at, Backwards: backwards, Limit: part + 1})
			var found page.Found[int]
			if len(seen) > part && backwards {
				seen = seen[1:]
				found.Looked = place(seen[0])
			} else if len(seen) > part {
				seen = seen[:part]
				found.Looked = place(seen[part-1])
			}
			found.Entries = slices.DeleteFunc(seen, func(i int) bool { return !wanted[i] })
			if over := len(found.Entries) - size - 1; over > 0 && backwards {
				found.Entries = found.Entries[over:]
			} else if over > 0 {
				found.Entries = found.Entries[:size+1]
			}
			return found.Cut(w, place)
		}
		want := slices.DeleteFunc(look(n, page.Window{Limit: n}), func(i int) bool { return !wanted[i] })
		var there, back []int
		p := show(page.Position{}, false)
		last := p
		for there = p.Items; !p.Next.IsZero(); there = append(there, p.Items...) {
			if p = show(p.Next, false); len(p.Items) > 0 {
				last = p
			}
		}
		for back = slices.Clone(last.Items); !last.Previous.IsZero(); back = slices.Concat(last.Items, back) {
			last = show(last.Previous, true)
		}
		if !slices.Equal(there, want) || !slices.Equal(back, want) {
			rt.Fatalf("there %v, back %v, want %v", there, back, want)
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
