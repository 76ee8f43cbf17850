package page_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/page"
)

func cursors() *rapid.Generator[page.Cursor] {
	return rapid.Custom(func(t *rapid.T) page.Cursor {
		c := page.Cursor{Backwards: rapid.Bool().Draw(t, "backwards"), Carried: rapid.String().Draw(t, "carried")}
		c.Place.Text = string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		c.Place.Seq = rapid.Int64().Draw(t, "seq")
		copy(c.Place.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		if rapid.Bool().Draw(t, "timed") {
			c.Place.At = time.UnixMicro(rapid.Int64Range(math.MinInt64/2, math.MaxInt64/2).Draw(t, "at")).UTC()
		}
		return c
	})
}

func lists() *rapid.Generator[page.List] {
	return rapid.Custom(func(t *rapid.T) page.List {
		return page.List{Path: rapid.String().Draw(t, "path"), Filters: rapid.String().Draw(t, "filters")}
	})
}

func TestACursorComesBackAsItWasGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		list, want := lists().Draw(rt, "list"), cursors().Draw(rt, "cursor")
		got, err := page.Read(list.Write(want))
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(page.Cursor{})); diff != "" {
			rt.Errorf("(-want +got):\n%s", diff)
		}
		if err := got.Check(list); err != nil {
			rt.Error(err)
		}
	})
}

func TestACutOrAlteredCursorIsRefused(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \r\n%"
	rapid.Check(t, func(rt *rapid.T) {
		whole := lists().Draw(rt, "list").Write(cursors().Draw(rt, "cursor"))
		at := rapid.IntRange(0, len(whole)-1).Draw(rt, "at")
		other := string(alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(rt, "other")])
		for what, text := range map[string]string{
			"cut at the end":       whole[:at],
			"cut at the beginning": whole[at+1:],
			"cut within":           whole[:at] + whole[at+1:],
			"with one replaced":    whole[:at] + other + whole[at+1:],
			"with one more":        whole[:at] + other + whole[at:],
			"with one behind it":   whole + other,
			"twice":                whole + whole,
		} {
			if _, err := page.Read(text); text != whole && !errors.Is(err, page.ErrBroken) {
				rt.Errorf("a cursor %s: %v", what, err)
			}
		}
	})
}

func TestACursorIsBoundToItsListAndFilters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		mine, other := lists().Draw(rt, "list"), lists().Draw(rt, "other")
		c, err := page.Read(mine.Write(cursors().Draw(rt, "cursor")))
		if err != nil {
			rt.Fatal(err)
		}
		if other.Path != mine.Path && !errors.Is(c.Check(other), page.ErrList) {
			rt.Errorf("at another list: %v", c.Check(other))
		}
		other.Path = mine.Path
		if other.Filters != mine.Filters && !errors.Is(c.Check(other), page.ErrFilters) {
			rt.Errorf("with other filters: %v", c.Check(other))
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("")
	f.Add("zzz")
	place := page.Position{Seq: 7, ID: uuid.Max, Text: "a"}
	f.Add(page.List{Path: "/v2/things"}.Write(page.Cursor{Place: place, Carried: "b"}))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := page.Read(text)
		if err != nil && !errors.Is(err, page.ErrBroken) {
			t.Error(err)
		}
		if err == nil && c.Check(page.List{Path: "/v2/others"}) == nil {
			t.Error("it fits a list that gave no cursor")
		}
	})
}
