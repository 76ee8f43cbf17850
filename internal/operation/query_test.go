package operation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestAnOperationIsShownToItsPartnerOnItsConnectionOnly(t *testing.T) {
	t.Parallel()
	d := open(t)
	mine := operation.Operation{ID: uuid.UUID{66}, Partner: partner, Connection: link}
	d.listed = []operation.Operation{mine}
	if op, err := d.Get(t.Context(), partner, link, mine.ID); err != nil || op.ID != mine.ID {
		t.Errorf("%+v, %v", op, err)
	}
	for says, ids := range map[string][3]uuid.UUID{
		"another's":             {foreign, link, mine.ID},
		"of another connection": {partner, foreign, mine.ID},
		"none":                  {partner, link, foreign},
	} {
		_, err := d.Get(t.Context(), ids[0], ids[1], ids[2])
		if p := problem.Of(err); !tells(p, problem.NotFound, ids[2].String()) || !tells(p,
			problem.NotFound, ids[1].String()) {
			t.Errorf("%s: %+v", says, p)
		}
	}
	lost := errors.New("the disk is gone")
	d.fails["Operation"] = lost
	if _, err := d.Get(t.Context(), partner, link, mine.ID); problem.Of(err).Code != problem.Internal ||
		!errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}

func TestAPageOfOperationsTellsFromTheOneBeyondWhetherMoreFollow(t *testing.T) {
	t.Parallel()
	d := open(t)
	for i := range 4 {
		d.listed = append(d.listed, operation.Operation{ID: uuid.UUID{byte(i + 1)}, Seq: int64(9 - i),
			CreatedAt: stored().Add(-time.Duration(i) * time.Second)})
	}
	at := func(i int) page.Position {
		return page.Position{At: d.listed[i].CreatedAt, Seq: d.listed[i].Seq}
	}
	somewhere := page.Position{At: stored().Add(time.Hour), Seq: 20}
	for _, c := range []struct {
		says           string
		window         page.Window
		shown          []byte
		previous, next page.Position
	}{
		{"the first page", page.Window{Limit: 2}, []byte{1, 2}, page.Position{}, at(1)},
		{"a page in the midst", page.Window{Limit: 3, Place: somewhere}, []byte{1, 2, 3}, at(0), at(2)},
		{"the last page", page.Window{Limit: 4, Place: somewhere}, []byte{1, 2, 3, 4}, at(0), page.Position{}},
		{"all", page.Window{Limit: 300}, []byte{1, 2, 3, 4}, page.Position{}, page.Position{}},
		{"backwards", page.Window{Limit: 3, Place: somewhere, Backwards: true}, []byte{2, 3, 4}, at(1), at(3)},
		{"a page that is short because no more was looked at", page.Window{Limit: 300}, []byte{1, 2, 3, 4}, page.Position{}, at(3)},
	} {
		d.looked = page.Position{}
		if strings.Contains(c.says, "looked") {
			d.looked = at(3)
		}
		f := operation.Filter{Partner: partner, Kind: "vehicle", Status: "failed", Window: c.window}
		p, err := d.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		var shown []byte
		for _, op := range p.Items {
			shown = append(shown, op.ID[0])
		}
		if diff := cmp.Diff(c.shown, shown); diff != "" || p.Previous != c.previous || p.Next != c.next ||
			p.Total != nil {
			t.Errorf("%s: from %v to %v (-want +got):\n%s", c.says, p.Previous, p.Next, diff)
		}
		f.Window.Limit++
		if diff := cmp.Diff(f, d.filter); diff != "" {
			t.Errorf("%s: the store was asked for another list (-want +got):\n%s", c.says, diff)
		}
	}
	d.fails["Operations"] = errors.New("the disk is gone")
	if _, err := d.List(t.Context(), operation.Filter{Window: page.Window{Limit: 1}}); !errors.Is(err,
		d.fails["Operations"]) {
		t.Errorf("%v", err)
	}
}
