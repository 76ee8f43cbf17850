package browsertest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/demo"
)

// isLive waits until the page's stream has begun.
func (b *tab) isLive() {
	b.t.Helper()
	b.until("the page is live", `document.querySelector("#beat.on") !== null`)
}

// cancel cancels an operation of a TSP by the API, as soon as no attempt is under way.
func (in *installation) cancel(tsp, id string) {
	in.t.Helper()
	at := fmt.Sprintf("%s/v2/integrations/connections/%s/resource-operations/%s/cancel", in.url, demo.ID("connection:"+tsp), id)
	status, text := in.send("POST", at, "application/json", "")
	for status == http.StatusConflict && strings.Contains(text, "ask again") {
		status, text = in.send("POST", at, "application/json", "")
	}
	if status != http.StatusOK {
		in.t.Fatalf("%d %s", status, text)
	}
}

// stuck is a write that is tried again and again.
func (in *installation) stuck(name string) string {
	in.t.Helper()
	id := in.asks("POST", "vehicles", vehicle("traccar", name))
	in.until("traccar", id, "retrying", tried)
	return id
}

// lives expects of pages that they go on changing while they are looked at, and of the switch that it ends that.
func lives(t *testing.T, browser context.Context, in *installation, _ writes) {
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	defer in.well("traccar")
	first := in.stuck("Truck 201")
	b := open(t, browser, in.url)
	b.visit("/console/operations?state=not_ended&tsp=traccar")
	b.isLive()
	// What listens must be there before what tells, and the extension with htmx.
	if names := says[[]string](b, `[...document.scripts].map((s) => s.src.replace(/.*\/|-.*/g, ""))`); !slices.Equal(names, []string{"console", "live"}) {
		t.Errorf("the scripts are %v", names)
	}
	rows := says[int](b, `document.querySelectorAll("tbody tr").length`)
	second := in.stuck("Truck 202")
	b.until("a bar tells of the new write", `document.querySelector("#newer").innerText === "1 newer"`)
	in.cancel("traccar", first)
	row := `document.getElementById("row-` + first + `")`
	b.until("the row tells of its end", row+`.querySelector(".state").innerText === "Cancelled"`)
	if !says[bool](b, row+`.classList.contains("gone")`) {
		t.Error("a row that the filter asks for no longer looks as the others")
	}
	if now := says[int](b, `document.querySelectorAll("tbody tr").length`); now != rows {
		t.Errorf("the list had %d rows and has %d", rows, now)
	}
	b.leads(click("#newer a"))
	if at := b.path(); !strings.Contains(at, "state=not_ended") {
		t.Errorf("the bar leads to %s", at)
	}

	b.visit("/console/operations/" + second)
	b.isLive()
	body := `[...document.querySelectorAll("details.try")].find((d) => d.querySelector("summary").textContent.includes("The body as given"))`
	says[bool](b, `window.same = true; document.querySelector("details.try").open = false; `+body+`.open = true`)
	third := in.stuck("Truck 203")
	off := open(t, browser, in.url)
	off.visit("/console/operations/" + third)
	off.isLive()
	off.leads(click(".live button"))
	if text := says[string](off, `document.getElementById("live").innerText + document.querySelectorAll("#stream").length`); text != "Live is off0" {
		t.Errorf("the switch says %q", text)
	}
	in.cancel("traccar", third)
	in.cancel("traccar", second)
	b.until("the page tells of the end", `document.querySelector(".verdict h2").innerText.startsWith("Cancelled")`)
	if !says[bool](b, `window.same && `+body+`.open && document.querySelectorAll("details.try[open]").length >= 1`) {
		t.Error("what was open is closed")
	}
	if said := says[string](b, `document.getElementById("said").innerText`); !strings.HasPrefix(said, "Cancelled") {
		t.Errorf("read aloud was %q", said)
	}
	if said := says[string](off, `document.querySelector(".verdict h2").innerText`); !strings.HasPrefix(said, "Retrying") {
		t.Errorf("a page that is not live has changed: %s", said)
	}
	off.leads(click(".live button"))
	off.isLive()
	for _, wrong := range append(b.complaints(), off.complaints()...) {
		t.Error(wrong)
	}
}

// regains expects of a page whose connections were cut that it goes on without being loaded again.
func regains(t *testing.T, browser context.Context, in *installation, _ writes) {
	in.fault("traccar", `{"match":{"method":"POST"},"fault":"status","status":503}`)
	defer in.well("traccar")
	id := in.stuck("Truck 204")
	to, err := url.Parse(in.url)
	if err != nil {
		t.Fatal(err)
	}
	between := httptest.NewServer(&httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorLog: log.New(io.Discard, "", 0)})
	t.Cleanup(between.Close)
	b := open(t, browser, between.URL)
	b.visit("/console/operations/" + id)
	b.isLive()
	says[bool](b, "window.same = true")
	between.CloseClientConnections()
	in.cancel("traccar", id)
	b.until("the page tells of the end", `window.same && document.querySelector(".verdict h2").innerText.startsWith("Cancelled")`)
	if says[string](b, `document.getElementById("live").innerText`) != "Live" {
		t.Error("a page that is live again does not say so")
	}
}

// mostStreams is how many pages may be live at once.
const mostStreams = 32

func TestLivePagesAreBoundedAndEndWithTheProgram(t *testing.T) {
	t.Parallel()
	in := start(t, false)
	stream := func() *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, in.url+"/console/operations", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html, text/event-stream")
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Body.Close() })
		return a
	}
	var all []*http.Response
	for range mostStreams {
		a := stream()
		if first, err := bufio.NewReader(a.Body).ReadString('\n'); a.StatusCode != http.StatusOK || !strings.HasPrefix(first, "data: <hx-partial") || err != nil {
			t.Fatalf("%d %q %v", a.StatusCode, first, err)
		}
		all = append(all, a)
	}
	if a := stream(); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d %v", a.StatusCode, a.Header)
	}
	// Whoever leaves makes room.
	_ = all[0].Body.Close()
	for a := stream(); a.StatusCode != http.StatusOK; a = stream() {
		if a.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("after one has left: %d", a.StatusCode)
		}
	}
	began := time.Now()
	in.stop()
	if took := time.Since(began); took > time.Minute {
		t.Errorf("the program stopped after %v", took)
	}
}
