package sim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// walk reads a list to its end in pages of at most limit.
func (r running) walk(path string, limit int) (all []string, pages int) {
	r.T().Helper()
	after := ""
	for {
		data, end, more := r.list(fmt.Sprintf("%s?limit=%d&after=%s", path, limit, after))
		all = append(all, simtest.IDs(data)...)
		pages++
		if more == (end == "") {
			r.T().Fatalf("hasNextPage %v beside endCursor %q", more, end)
		}
		if !more {
			return all, pages
		}
		after = end
	}
}

func TestAListComesInPages(t *testing.T) {
	t.Parallel()
	s := start(t)
	for path, want := range map[string]struct{ items, pages int }{
		"/fleet/vehicles": {6, 3}, "/fleet/trailers": {3, 2}, "/fleet/drivers": {8, 4}, "/users": {2, 1}, "/tags": {2, 1},
	} {
		all, pages := s.walk(path, 2)
		if len(all) != want.items || pages != want.pages || len(slices.Compact(slices.Sorted(slices.Values(all)))) != want.items {
			t.Errorf("%s: %v in %d pages", path, all, pages)
		}
	}
}

func TestAPageSurvivesAnInsert(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, end, _ := s.list("/fleet/trailers?limit=2")
	s.must("POST", "/fleet/trailers", `{"name":"new"}`)
	rest, _, _ := s.list("/fleet/trailers?after=" + end)
	if got := append(simtest.IDs(first), simtest.IDs(rest)...); len(got) != 4 {
		t.Errorf("got %v", got)
	}
}

func TestPagesHoldAtMost512ObjectsAnd300Assets(t *testing.T) {
	t.Parallel()
	s := start(t)
	for n := range 520 {
		s.must("POST", "/fleet/trailers", fmt.Sprintf(`{"name":"T%d"}`, n))
	}
	trailers, _, more := s.list("/fleet/trailers")
	if len(trailers) != 512 || !more {
		t.Errorf("%d trailers, more %v", len(trailers), more)
	}
	assets, end, more := s.list("/assets?type=trailer")
	rest, last, _ := s.list("/assets?type=trailer&after=" + end)
	if len(assets) != 300 || !more || len(rest) != 223 || last != "" {
		t.Errorf("%d and %d assets, more %v, last cursor %q", len(assets), len(rest), more, last)
	}
}

func TestWrongListParametersAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{
		"/fleet/vehicles?limit=513", "/fleet/vehicles?limit=0", "/fleet/vehicles?limit=x", "/fleet/vehicles?limit=", "/users?limit=-1",
		"/fleet/vehicles?after=x", "/fleet/vehicles?page=2", "/fleet/vehicles?updatedAfterTime=yesterday", "/fleet/vehicles?attributes=a",
		"/fleet/drivers?driverActivationStatus=all", "/fleet/drivers?driverActivationStatus=", "/assets?type=truck", "/assets?limit=10",
		"/assets?includeTags=yes", "/me?x=1", "/fleet/vehicles/" + vehicle + "?includeTags=true",
	} {
		s.Do("GET", path, "").Refused(t, http.StatusBadRequest, "message")
	}
}

func TestDriversAreActiveUnlessAskedFor(t *testing.T) {
	t.Parallel()
	s := start(t)
	active, _, _ := s.list("/fleet/drivers")
	same, _, _ := s.list("/fleet/drivers?driverActivationStatus=active")
	gone, _, _ := s.list("/fleet/drivers?driverActivationStatus=deactivated")
	if len(active) != 8 || len(same) != 8 {
		t.Errorf("%d and %d active drivers", len(active), len(same))
	}
	if diff := cmp.Diff([]string{deactivated}, simtest.IDs(gone)); diff != "" {
		t.Error(diff)
	}
}

func TestFiltersNarrowAList(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Clock.Advance(1e9)
	s.must("PATCH", "/fleet/vehicles/"+vehicle, `{"externalIds":{"unit":"7"}}`)
	made, _ := s.must("POST", "/assets", `{"type":"equipment","name":"E"}`)["id"].(string)
	for path, want := range map[string][]string{
		"/assets?type=equipment":                                          {made},
		"/assets?ids=" + vehicle + "," + trailer:                          {vehicle, trailer},
		"/assets?ids=" + vehicle + "&ids=unit:7":                          {vehicle},
		"/assets?externalIds=unit:7,unit:8":                               {vehicle},
		"/assets?externalIds=samsara.vin:" + firstVIN:                     {vehicle},
		"/assets?updatedAfterTime=2026-11-24T12:00:01Z":                   {vehicle, made},
		"/fleet/vehicles?updatedAfterTime=2026-11-24T14:00:01%2B02:00":    {vehicle},
		"/fleet/vehicles?createdAfterTime=2026-11-24T12:00:01Z":           nil,
		"/assets?tagIds=3921&type=trailer&ids=" + trailer + "," + vehicle: {trailer},
		"/assets?tagIds=none":                                             nil,
	} {
		data, _, _ := s.list(path)
		if diff := cmp.Diff(want, simtest.IDs(data)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestAssetsHideExternalIDsAndTagsUnlessAskedFor(t *testing.T) {
	t.Parallel()
	s := start(t)
	plain, _, _ := s.list("/assets?ids=" + vehicle)
	full, _, _ := s.list("/assets?includeExternalIds=true&includeTags=true&ids=" + vehicle)
	if plain[0]["externalIds"] != nil || plain[0]["tags"] != nil {
		t.Errorf("plain: %v", plain[0])
	}
	want := map[string]any{
		"externalIds": map[string]any{"samsara.vin": firstVIN},
		"tags":        []any{map[string]any{"id": west, "name": "West"}},
	}
	got := map[string]any{"externalIds": full[0]["externalIds"], "tags": full[0]["tags"]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestATagNamesItsObjects(t *testing.T) {
	t.Parallel()
	data, _, _ := start(t).list("/tags")
	vehicles, _ := data[0]["vehicles"].([]any)
	trailers, _ := data[1]["assets"].([]any)
	if len(vehicles) != 6 || len(trailers) != 3 || !strings.HasPrefix(fmt.Sprint(vehicles[0]), "map[id:"+vehicle) {
		t.Errorf("tags = %v", data)
	}
}
