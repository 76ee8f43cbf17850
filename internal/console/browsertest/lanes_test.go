package browsertest

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/demo"
)

func TestTheLanesAreLiveWithoutMovingInABrowser(t *testing.T) {
	t.Parallel()
	browser := browse(t)
	in := start(t, true)
	const away = `{"match":{"method":"POST"},"fault":"status","status":503}`
	in.fault("traccar", away)
	first := in.stuck("Truck 301")
	b := open(t, browser, in.url)
	b.visit("/console/lanes")
	b.isLive()
	row := `document.getElementById("lane-` + demo.ID("connection:traccar").String() + `")`
	if said := says[string](b, row+`.innerText`); !strings.Contains(said, "Open") {
		t.Errorf("a lane whose TSP is away: %s", said)
	}
	off := open(t, browser, in.url)
	off.visit("/console/lanes")
	off.isLive()
	off.leads(click(".live button"))
	if n := says[int](off, `document.querySelectorAll("#stream").length`); n != 0 {
		t.Error("a page whose switch is off has a stream")
	}

	// Another write of the lane is told to wait, and a write waits in another lane.
	in.well("traccar")
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"throttle","retry_after":"600"}`)
	second := in.asks("POST", "vehicles", vehicle("traccar", "Truck 302"))
	b.until("the lane is closed", row+`.querySelector(".state").innerText === "Closed"`)
	said := says[string](b, row+`.innerText`)
	if !strings.Contains(said, "Traccar asked to be left alone.") || !strings.Contains(said, "in 10 min") && !strings.Contains(said, "in 9 min") {
		t.Errorf("a lane that its TSP has closed: %s", said)
	}
	if said := says[string](off, row+`.querySelector(".state").innerText`); said != "Open" {
		t.Errorf("a page that is not live has changed: %s", said)
	}
	rows := says[int](b, `document.querySelectorAll("tbody tr[id^=lane-]").length`)
	in.fault("motive", away)
	in.asks("POST", "vehicles", vehicle("motive", "Truck 303"))
	b.until("a bar tells of another lane", `document.querySelector("#newer").innerText === "1 not shown yet"`)
	if now := says[int](b, `document.querySelectorAll("tbody tr[id^=lane-]").length`); now != rows {
		t.Errorf("the list had %d rows and has %d", rows, now)
	}
	in.cancel("traccar", first)
	in.cancel("traccar", second)
	b.until("the lane waits for nothing more", row+`.querySelector("[data-label='not ended']").innerText === "0"`)
	b.leads(click("#newer a"))
	if n := says[int](b, `document.querySelectorAll("#lane-`+demo.ID("connection:motive").String()+`").length`); n != 1 {
		t.Error("the bar does not lead to the lane of which it tells")
	}
	for _, wrong := range append(b.complaints(), off.complaints()...) {
		t.Error(wrong)
	}
}
