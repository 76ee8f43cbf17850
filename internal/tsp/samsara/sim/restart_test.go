package sim_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestEverythingAcknowledgedIsFoundAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, simtest.In(dir))
	first.must("PATCH", "/fleet/vehicles/"+vehicle, `{"notes":"n","odometerMeters":9007199254740993,"externalIds":{"a":"1"}}`)
	first.must("POST", "/assets", `{"type":"trailer","year":2020}`)
	first.must("POST", "/fleet/drivers", newDriver)
	first.Do("POST", "/v1/fleet/messages", `{"driverIds":[48400010],"text":"hello"}`)
	first.must("POST", "/fleet/dvirs", newDVIR)
	first.must("POST", "/fuel-purchase", fuelPurchase)

	second := start(t, simtest.In(dir)) // the first was not closed, as after kill -9
	simtest.Same(t, first.Sim, second.Sim, "assets", "drivers", "messages", "dvirs", "fuel-purchases", "users", "tags", "changes")
	second.must("GET", "/fleet/vehicles/a:1", "")
	if got := second.Do("POST", "/fleet/drivers", newDriver); got.Status != 400 {
		t.Errorf("the username was given away after the restart: %d", got.Status)
	}
	id, _ := second.must("POST", "/assets", `{}`)["id"].(string)
	for _, o := range first.Objects("assets") {
		if o["id"] == id {
			t.Errorf("the id %s was given twice", id)
		}
	}
}

func TestTheSeedIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	one, two := start(t), start(t)
	for collection, n := range map[string]int{"vehicles": 6, "trailers": 3, "drivers": 9, "users": 2, "tags": 2, "assets": 9, "messages": 2, "dvirs": 2} {
		simtest.Same(t, one.Sim, two.Sim, collection)
		if got := len(one.Objects(collection)); got != n {
			t.Errorf("%s: %d objects, want %d", collection, got, n)
		}
	}
}
