package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, simkit.Options{Dir: dir})
	first.must("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n","odometerMeters":9007199254740993,"externalIds":{"a":"1"}}`)
	first.must("POST", "/assets", `{"type":"trailer","year":2020}`)
	first.must("POST", "/fleet/drivers", newDriver)
	first.do("POST", "/v1/fleet/messages", `{"driverIds":[48400010],"text":"hello"}`)
	first.must("POST", "/fleet/dvirs", newDVIR)
	first.must("POST", "/fuel-purchase", fuelPurchase)

	second := start(t, simkit.Options{Dir: dir}) // the first was not closed, as after kill -9
	for _, collection := range []string{"assets", "drivers", "messages", "dvirs", "fuel-purchases", "users", "tags", "changes"} {
		path := "/_sim/objects/" + collection
		if diff := cmp.Diff(first.do("GET", path, "").text, second.do("GET", path, "").text); diff != "" {
			t.Errorf("%s: %s", collection, diff)
		}
	}
	second.must("GET", "/fleet/vehicles/a:1", "")
	if got := second.do("POST", "/fleet/drivers", newDriver); got.status != 400 {
		t.Errorf("the username was given away after the restart: %d", got.status)
	}
	id, _ := second.must("POST", "/assets", `{}`)["id"].(string)
	for _, o := range first.objects("assets") {
		if o["id"] == id {
			t.Errorf("the id %s was given twice", id)
		}
	}
}

func TestTheSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	clock := newWatch()
	one, two := start(t, simkit.Options{Now: clock.time}), start(t, simkit.Options{Now: clock.time})
	for collection, n := range map[string]int{"vehicles": 6, "trailers": 3, "drivers": 9, "users": 2, "tags": 2, "assets": 9, "messages": 0} {
		path := "/_sim/objects/" + collection
		if diff := cmp.Diff(one.do("GET", path, "").text, two.do("GET", path, "").text); diff != "" || len(one.objects(collection)) != n {
			t.Errorf("%s: %d objects %s", collection, len(one.objects(collection)), diff)
		}
	}
}
