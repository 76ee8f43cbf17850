package sim_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestANewUserIsListedWithItsRoles(t *testing.T) {
	t.Parallel()
	s := start(t)
	made := s.must("POST", "/users", `{"authType":"saml","email":"jo@demofreight.example","name":"Jo Doe","roles":[{"roleId":"8a9371af-82d1-4158-bf91-4ecc8d3a114c","tagId":"3920"}]}`)
	want := []any{map[string]any{
		"role": map[string]any{"id": "8a9371af-82d1-4158-bf91-4ecc8d3a114c", "name": "Read-only Admin"},
		"tag":  map[string]any{"id": "3920", "name": "West"},
	}}
	if diff := cmp.Diff(want, made["roles"]); diff != "" {
		t.Errorf("roles differ (-want +got):\n%s", diff)
	}
	id, _ := made["id"].(string)
	s.must("PATCH", "/users/"+id, `{"name":"Jo Dough"}`)
	if got := s.must("GET", "/users/"+id, ""); got["name"] != "Jo Dough" || got["email"] != "jo@demofreight.example" {
		t.Errorf("%v", got)
	}
	list, _, _ := s.list("/users")
	if !slices.Contains(simtest.IDs(list), id) {
		t.Errorf("%s is not among %v", id, simtest.IDs(list))
	}
}

func TestTheHistoryShowsDVIRsOfItsTimeAndTags(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.must("POST", "/fleet/dvirs", newDVIR)
	history := func(from, to time.Duration, tag string) int {
		query := url.Values{"startTime": {s.Clock.Now().Add(from).Format(time.RFC3339)}, "endTime": {s.Clock.Now().Add(to).Format(time.RFC3339)}}
		if tag != "" {
			query.Set("tagIds", tag)
		}
		list, _, _ := s.list("/fleet/dvirs/history?" + query.Encode())
		if len(list) > 0 && list[0]["mechanicNotes"] != "n" {
			t.Errorf("%v", list[0])
		}
		return len(list)
	}
	for _, c := range []struct {
		from, to time.Duration
		tag      string
		want     int
	}{
		{-time.Minute, time.Minute, "", 1}, {-time.Minute, time.Minute, west, 1}, {-time.Minute, time.Minute, "3921", 0},
		{time.Minute, time.Hour, "", 0}, {-time.Hour, -time.Minute, "", 0},
	} {
		if got := history(c.from, c.to, c.tag); got != c.want {
			t.Errorf("%+v: %d DVIRs", c, got)
		}
	}
}

func TestAReferenceCanBeMadeUnique(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.must("POST", "/fuel-purchase", fuelPurchase)
	s.must("POST", "/fuel-purchase", fuelPurchase)
	s.Do("POST", "/_sim/reset", "")
	s.Turn("unique_fuel_references")
	s.must("POST", "/fuel-purchase", fuelPurchase)
	s.Do("POST", "/fuel-purchase", fuelPurchase).Refused(t, 400, "message")
}
