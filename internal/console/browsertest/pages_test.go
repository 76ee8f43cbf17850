package browsertest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/demo"
)

// sample is an address at which a page of the console is looked at.
type sample struct {
	name, path string
	// status is that of its answer; 200 if it is 0.
	status int
}

// full are the samples of each page in an installation with data.
func full(w writes) map[string][]sample {
	one := func(name string) sample { return sample{name: name, path: "/console/operations/" + w[name]} }
	asks := func(name, act string) []sample {
		return []sample{{name: act, path: "/console/operations/" + w[name] + "/" + act}}
	}
	return map[string][]sample{
		"/console/{$}": {{name: "home", path: "/console/"}},
		"/console/find": {{name: "found", path: "/console/find?q=" + w["failed"][28:]},
			{name: "not-found", path: "/console/find?q=no-such-thing", status: http.StatusNotFound}},
		"/console/operations": {{name: "operations", path: "/console/operations"},
			{name: "operations-failed", path: "/console/operations?state=failed&tsp=samsara"},
			{name: "operations-none", path: "/console/operations?state=failed&tsp=traccar&verb=update"}},
		"/console/operations/{id}": {one("succeeded"), one("updated"), one("failed"), one("refused"), one("unknown"), one("retrying"), one("looking"), one("behind"),
			one("cancelled"), one("expired"), {name: "no-operation", path: "/console/operations/" + strings.Replace(w["failed"], "-7", "-8", 1),
				status: http.StatusNotFound}},
		"/console/operations/{id}/edit":    asks("failed", "edit"),
		"/console/operations/{id}/retry":   append(asks("failed", "retry"), sample{name: "retry-outdated", path: one("outdated").path + "/retry"}),
		"/console/operations/{id}/cancel":  asks("behind", "cancel"),
		"/console/operations/{id}/resolve": asks("unknown", "resolve"),
		"/console/operations/{id}/revert":  asks("updated", "revert"),
		"/console/operations/all": {{name: "all", path: "/console/operations/all"},
			{name: "all-of-partner", path: "/console/operations/all?partner=" + demo.ID("partner").String()}},
		"/console/operations/ticked":              {{name: "ticked", path: "/console/operations/ticked?id=" + w["failed"] + "&id=" + w["behind"]}},
		"/console/jobs/{partner}/{id}":            {{name: "job", path: "/console/jobs/" + demo.ID("partner").String() + "/" + w["job"]}},
		"/console/connections":                    {{name: "connections", path: "/console/connections"}},
		"/console/connections/{id}":               {{name: "connection", path: "/console/connections/" + demo.ID("connection:samsara").String()}},
		"/console/jobs/{partner}/{id}/stop":       {{name: "stop-job", path: "/console/jobs/" + demo.ID("partner").String() + "/" + w["job"] + "/stop"}},
		"/console/connections/{id}/pause":         {{name: "pause-connection", path: "/console/connections/" + demo.ID("connection:samsara").String() + "/pause"}},
		"/console/connections/{id}/rate":          {{name: "rate", path: "/console/connections/" + demo.ID("connection:samsara").String() + "/rate"}},
		"/console/connections/{id}/settings":      {{name: "connection-settings", path: "/console/connections/" + demo.ID("connection:samsara").String() + "/settings"}},
		"/console/connections/{id}/credentials":   {{name: "connection-credentials", path: "/console/connections/" + demo.ID("connection:samsara").String() + "/credentials"}},
		"/console/webhooks/{partner}/{id}/pause":  {{name: "pause-webhook", path: "/console/webhooks/" + demo.ID("partner").String() + "/" + w["webhook"] + "/pause"}},
		"/console/webhooks/{partner}/{id}/replay": {{name: "replay", path: "/console/webhooks/" + demo.ID("partner").String() + "/" + w["webhook"] + "/replay"}},
		"/console/webhooks":                       {{name: "webhooks", path: "/console/webhooks"}},
		"/console/webhooks/{partner}/{id}":        {{name: "webhook", path: "/console/webhooks/" + demo.ID("partner").String() + "/" + w["webhook"]}},
		"/console/lanes":                          {{name: "lanes", path: "/console/lanes"}},
		"/console/grants":                         {{name: "grants", path: "/console/grants"}},
		"/console/settings":                       {{name: "settings", path: "/console/settings"}},
		"/console/tsps":                           {{name: "tsps", path: "/console/tsps"}},
		"/console/clients":                        {{name: "clients", path: "/console/clients"}},
		"/console/audit":                          {{name: "audit", path: "/console/audit"}},
		"/console/":                               {{name: "nowhere", path: "/console/nowhere", status: http.StatusNotFound}},
	}
}

// exported is a file, which a browser keeps and does not show.
const exported = "/console/operations/export"

// empty are the samples in an installation that has no data yet: each page that is not of one thing.
func empty() (all []sample) {
	for _, page := range console.Pages() {
		path := strings.TrimSuffix(page, "{$}")
		if !strings.Contains(path, "{") && path != "/console/find" && path != "/console/operations/ticked" && page != "/console/" && page != exported {
			all = append(all, sample{name: "empty-" + cmp.Or(strings.ReplaceAll(strings.TrimPrefix(path, "/console/"), "/", "-"), "home"), path: path})
		}
	}
	return all
}

func TestEveryPageHasASample(t *testing.T) {
	t.Parallel()
	samples := full(writes{"failed": strings.Repeat("0", 36)})
	for _, page := range console.Pages() {
		if len(samples[page]) == 0 && page != exported {
			t.Errorf("%s is looked at by no test: add a sample to the table", page)
		}
	}
	for page := range samples {
		if !slices.Contains(console.Pages(), page) {
			t.Errorf("%s is no page of the console: take it out of the table", page)
		}
	}
}

func TestTheConsoleInABrowser(t *testing.T) {
	t.Parallel()
	browser := browse(t)
	axe := ""
	t.Run("axe-core is there", func(t *testing.T) { axe = axeSource(t) })
	fresh, in := start(t, false), start(t, true)
	w := in.fill()
	var samples []sample
	for _, of := range full(w) {
		samples = append(samples, of...)
	}
	slices.SortFunc(samples, func(a, b sample) int { return strings.Compare(a.name, b.name) })
	t.Run("pages without data", func(t *testing.T) { looked(t, open(t, browser, fresh.url), axe, empty()) })
	t.Run("pages with data", func(t *testing.T) { looked(t, open(t, browser, in.url), axe, samples) })
	// The last ones let go what waits.
	for _, use := range []struct {
		name string
		of   func(*testing.T, context.Context, *installation, writes)
	}{{"numbers and texts", exact}, {"what was never sent", unsent}, {"keys", keys}, {"shortcuts", shortcuts}, {"what flashes", flashes}, {"filters", filters}, {"live", lives}, {"a lost connection", regains},
		{"without scripts", plain}, {"ticked rows", ticks}, {"a replay", replays}, {"acts", acts}, {"lines", lines}} {
		t.Run(use.name, func(t *testing.T) {
			in.t = t
			use.of(t, browser, in, w)
		})
	}
	t.Run("forms", func(t *testing.T) { forms(t, browser) })
	t.Run("a program that ends", func(t *testing.T) { ends(t, open(t, browser, fresh.url), fresh) })
}

// ends expects of a live page to tell when the program is gone, and since when.
func ends(t *testing.T, b *tab, in *installation) {
	b.visit("/console/")
	b.isLive()
	in.stop()
	b.until("the page tells since when it is not live", `document.getElementById("live").innerText.startsWith("Not live since ")`)
	if says[bool](b, `document.querySelector("#beat.on") !== null`) {
		t.Error("it looks as if it were live")
	}
}

// looked opens pages, sees each of them on a screen and on phones, in light and in dark, and takes pictures if it is told to.
func looked(t *testing.T, b *tab, axe string, samples []sample) {
	for _, s := range samples {
		b.size(1440, "light")
		if status := b.visit(s.path); status != max(s.status, http.StatusOK) {
			t.Errorf("%s: %s answered %d", s.name, s.path, status)
			continue
		}
		if axe != "" {
			says[bool](b, axe+";true")
		}
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{1440, 1100, 390, 360} {
				where := fmt.Sprintf("%s at %d, %s", s.name, width, theme)
				b.size(width, theme)
				if wide := says[int64](b, "document.documentElement.scrollWidth"); wide > width {
					t.Errorf("%s: it is %d wide: %v", where, wide, says[[]string](b, tooWide))
				}
				for _, out := range says[[]string](b, outOfCard) {
					t.Errorf("%s: it reaches out of its card: %s", where, out)
				}
				if width != 1440 && width != 390 {
					continue
				}
				b.picture(fmt.Sprintf("%s-%d-%s", s.name, width, theme))
				// Each theme and each width is judged; contrasts of all pairs of colours are computed elsewhere.
				if axe == "" || (width == 1440) != (theme == "light") {
					continue
				}
				for _, found := range says[[]string](b, judgement) {
					t.Errorf("%s: axe: %s", where, found)
				}
			}
		}
		for _, wrong := range b.complaints() {
			// A browser complains of the answer itself where its status tells of a problem.
			if s.status == 0 || !strings.Contains(wrong, fmt.Sprint(s.status)) {
				t.Errorf("%s: %s", s.name, wrong)
			}
		}
	}
}

// tooWide names what reaches beyond the screen.
const tooWide = `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).
slice(0, 5).map((e) => e.tagName + "." + e.className)`

// outOfCard names what is wider than the card around it.
const outOfCard = `[...document.querySelectorAll(".card > *, .answer > *")].filter((e) => {
const at = e.getBoundingClientRect(), of = e.parentElement.getBoundingClientRect();
return at.width > 1 && at.right > of.right + 1; }).map((e) => e.outerHTML.slice(0, 100))`
