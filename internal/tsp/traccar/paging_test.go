package traccar_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// imported lists all vehicles of a server, in so many pages at most.
func imported(t *testing.T, base string, most int) map[resource.SourceID]bool {
	t.Helper()
	s, met, cursor := session(t, token(base)), map[resource.SourceID]bool{}, ""
	for range most {
		page, err := s.List(t.Context(), tsp.List{Kind: resource.KindVehicle, Cursor: cursor, Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			met[r.SourceID] = true
		}
		if cursor = page.Next; cursor == "" {
			return met
		}
	}
	t.Errorf("the list does not end within %d pages", most)
	return met
}

// An import takes what it does not meet for gone, so a list must end and lose nothing whatever the server
// makes of limit and offset.
func TestAListEndsAndLosesNothingHoweverTheServerDividesIt(t *testing.T) {
	t.Parallel()
	divided := func(all []string, q url.Values) []string {
		limit, _ := strconv.Atoi(q.Get("limit"))
		from, _ := strconv.Atoi(q.Get("offset"))
		if limit == 0 {
			return all
		}
		return all[min(from, len(all)):min(from+limit, len(all))]
	}
	for name, serve := range map[string]func(all []string, q url.Values) []string{
		"it divides it":           divided,
		"it ignores both":         func(all []string, _ url.Values) []string { return all },
		"it ignores both, turned": func(all []string, q url.Values) []string { return turned(all, len(q.Get("offset"))) },
		"it ignores the offset": func(all []string, q url.Values) []string {
			q.Del("offset")
			return divided(all, q)
		},
	} {
		for _, n := range []int{0, 1, 49, 50, 51, 100, 120} {
			all := many(1, n)
			base, asked := fleet(t, func(q url.Values) []string {
				if q.Get("keyword") != "" {
					return nil
				}
				return serve(all, q)
			})
			if met := imported(t, base, 4); len(met) != n || *asked > 8 {
				t.Errorf("%s: of %d records %d are met by %d calls", name, n, len(met), *asked)
			}
		}
	}
}

// turned is a list in another order.
func turned(all []string, by int) []string {
	if len(all) == 0 {
		return all
	}
	by %= len(all)
	return append(append([]string{}, all[by:]...), all[:by]...)
}

func TestTheGroupOfADeviceIsToldByItsName(t *testing.T) {
	t.Parallel()
	asks := 0
	base, _ := fleet(t, func(q url.Values) []string {
		if q.Get("limit") == "" {
			asks++
			return []string{`{"id":3,"name":"West"}`}
		}
		return []string{`{"id":1,"name":"T","uniqueId":"1","groupId":3}`, `{"id":2,"name":"U","uniqueId":"2","groupId":0}`,
			`{"id":4,"name":"V","uniqueId":"4","groupId":9}`, `{"id":5,"name":"W","uniqueId":"5","groupId":3,"category":"trailer"}`}
	})
	s := session(t, token(base))
	var shown []string
	for _, kind := range []resource.Kind{resource.KindVehicle, resource.KindTrailer, resource.KindVehicle} {
		page, err := s.List(t.Context(), tsp.List{Kind: kind, Pace: tsptest.Free{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			shown = append(shown, fmt.Sprint(r.SourceID, strings.Contains(string(r.Fields), `_groups":{"3":"West"}`)))
		}
	}
	if got := strings.Join(shown, " "); got != "1true 2false 4false 5true 1true 2false 4false" || asks != 1 {
		t.Errorf("groups are told as %s after %d look-ups", got, asks)
	}
}
