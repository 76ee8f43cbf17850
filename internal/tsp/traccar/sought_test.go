package traccar_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// many are devices with ids from a number on, none of which is marked.
func many(from, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"id":%d,"name":"T","uniqueId":"T-%d","attributes":{}}`, from+i, from+i))
	}
	return all
}

// fleet serves lists of devices as a test says.
func fleet(t *testing.T, list func(q url.Values) []string) (string, *int) {
	t.Helper()
	asked := new(int)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "["+strings.Join(list(r.URL.Query()), ",")+"]")
	}))
	t.Cleanup(h.Close)
	return h.URL, asked
}

func TestADeviceIsFoundByItsMarkHoweverTheServerDividesItsLists(t *testing.T) {
	t.Parallel()
	w := writing(t, tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}, `"vehicle_name":"T","external_id":"T-7"`)
	ours := `{"id":900,"name":"T","uniqueId":"T-7","attributes":{"waybillOperation":"` + w.Operation.String() + `"}}`
	others := `{"id":901,"name":"T","uniqueId":"T-7","attributes":{"waybillOperation":"` + uuid.NewString() + `"}}`
	pages := func(all []string) func(url.Values) []string {
		return func(q url.Values) []string {
			from, _ := strconv.Atoi(q.Get("offset"))
			from = min(from, len(all))
			return all[from:min(from+50, len(all))]
		}
	}
	for name, c := range map[string]struct {
		list  func(q url.Values) []string
		found bool
		asks  int
	}{
		"on the first page":         {pages([]string{ours}), true, 1},
		"on the second page":        {pages(append(many(1, 60), ours)), true, 2},
		"not there":                 {pages(many(1, 10)), false, 1},
		"made by another operation": {pages([]string{others}), false, 1},
		"not there in two pages":    {pages(many(1, 60)), false, 3},
		"on none of the pages": {func(q url.Values) []string { // as databases order equal names
			if q.Get("limit") == "" && q.Get("keyword") == "T" {
				return append(many(1, 60), ours)
			}
			return pages(many(1, 60))(q)
		}, true, 3},
		"the server knows no pages":           {func(url.Values) []string { return append(many(1, 70), ours) }, true, 1},
		"it knows none and has a full page":   {func(url.Values) []string { return append(many(1, 49), ours) }, true, 1},
		"it knows none and ours is not there": {func(url.Values) []string { return many(1, 50) }, false, 3},
	} {
		base, asked := fleet(t, c.list)
		got, found, err := session(t, token(base)).(tsp.Finder).Find(t.Context(), w)
		if err != nil || found != c.found || found && got.SourceID != "900" || *asked != c.asks {
			t.Errorf("%s: found = %v as %q after %d lists, %v; want %v after %d", name, found, got.SourceID, *asked, err, c.found, c.asks)
		}
	}
}

func TestADriverIsFoundByItsMark(t *testing.T) {
	t.Parallel()
	w := writing(t, tsp.Capability{Kind: resource.KindUser, Verb: resource.Create}, `"first_name":"Ada","last_name":"King","username":" ada "`)
	for mark, want := range map[string]bool{w.Operation.String(): true, uuid.NewString(): false, "": false} {
		base, _ := fleet(t, func(q url.Values) []string {
			if q.Get("keyword") != "ada" {
				return nil
			}
			return []string{`{"id":900,"name":"Ada King","uniqueId":"ada","attributes":{"waybillOperation":"` + mark + `"}}`}
		})
		if _, found, err := session(t, token(base)).(tsp.Finder).Find(t.Context(), w); err != nil || found != want {
			t.Errorf("%q: found = %v, %v", mark, found, err)
		}
	}
}

// TestARefusalAsTakenIsFoundToBeOurs has a server that has taken an earlier attempt. Its refusal does
// not name the operation, so it stays a refusal, and the look-up that follows it finds the record.
func TestARefusalAsTakenIsFoundToBeOurs(t *testing.T) {
	t.Parallel()
	w := writing(t, tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}, `"vehicle_name":"T","external_id":"T-7"`)
	for said, want := range map[string]tsp.Class{
		"Unique index or primary key violation: UNIQUEID": tsp.Rejected,
		"Duplicate attribute " + w.Operation.String():     tsp.Unknown,
	} {
		h := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				_, _ = io.WriteString(rw, `[{"id":900,"name":"T","uniqueId":"T-7","attributes":{"waybillOperation":"`+w.Operation.String()+`"}}]`)
				return
			}
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(rw, said)
		}))
		t.Cleanup(h.Close)
		s := session(t, token(h.URL))
		_, err := s.Write(t.Context(), w)
		if e, ok := err.(*tsp.Error); !ok || e.Class != want {
			t.Errorf("%q: the end is %v, want %s", said, err, want)
		}
		if got, found, err := s.(tsp.Finder).Find(t.Context(), w); err != nil || !found || got.SourceID != "900" {
			t.Errorf("found = %v as %+v, %v", found, got, err)
		}
	}
}
