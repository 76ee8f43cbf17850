package browsertest

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// moves says whether the system is set to reduce motion.
func (b *tab) moves(set string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-reduced-motion", Value: set}}})
}

// flashes expects of a cell that it flashes when what it says has changed, once, and of nothing else.
func flashes(t *testing.T, browser context.Context, in *installation, _ writes) {
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	defer in.well("traccar")
	for set, want := range map[string]bool{"no-preference": true, "reduce": false} {
		changes := in.stuck("Truck 401 " + set)
		b := open(t, browser, in.url)
		b.moves(set)
		b.visit("/console/operations?tsp=traccar&verb=create")
		b.isLive()
		says[bool](b, `window.flashed = [], window.asked = false, document.addEventListener("animationstart", (e) => {
			flashed.push(e.animationName + " " + e.target.closest("tr")?.id);
			window.asked ||= e.target.matches("td:nth-last-child(2)");
		}), true`)
		in.cancel("traccar", changes)
		b.until("the row has changed", `document.getElementById("row-`+changes+`").querySelector(".state").innerText === "Cancelled"`)
		if want {
			b.until("its cell flashes", `flashed.includes("flash row-`+changes+`")`)
			b.until("it flashes no more", `document.querySelector(".flash") === null`)
		}
		if got := says[bool](b, `flashed.length > 0`); got != want {
			t.Errorf("with motion %s something flashes: %v", set, got)
		}
		// When it was asked stands in the one before the last, and only goes on.
		if says[bool](b, `window.asked`) {
			t.Error("a time that goes on flashes")
		}
	}
}
