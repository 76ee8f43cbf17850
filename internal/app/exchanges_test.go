package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// came is a request as a simulator received it, with its secrets.
type came struct{ tsp, method, path, query, body string }

// wiretap notes what all simulators receive.
type wiretap struct {
	mu  sync.Mutex
	got []came
}

func (w *wiretap) before(name string, sim http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		w.got = append(w.got, came{name, r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body)})
		w.mu.Unlock()
		sim.ServeHTTP(rw, r)
	})
}

// of are the requests that a simulator received and that hold a text in their body.
func (w *wiretap) of(name, text string) []came {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.got), func(c came) bool {
		return c.tsp != name || !strings.Contains(c.body, text)
	})
}

// shownCall is an exchange as it is answered.
type shownCall struct {
	Purpose string `json:"purpose"`
	Reads   bool   `json:"reads"`
	Request struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Body    *string           `json:"body"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
	Response *struct {
		Status int     `json:"status"`
		Body   *string `json:"body"`
	} `json:"response"`
	Error *string `json:"error"`
}

type shownEntry struct {
	Exchanges []shownCall `json:"exchanges"`
	Absent    *string     `json:"exchanges_absent"`
}

// exchanged are the entries of the log of an operation that has ended, with their exchanges.
func (h *house) exchanged(connection, id string) []shownEntry {
	h.t.Helper()
	var read struct {
		Status string       `json:"status"`
		Logs   []shownEntry `json:"logs"`
	}
	h.until("operation "+id+" has ended", func() bool {
		a := h.do("GET", connections+"/"+connection+"/resource-operations/"+id+"?exchanges=true", "")
		if err := json.Unmarshal([]byte(a.text), &read); err != nil || a.status != http.StatusOK {
			h.t.Fatalf("%d %s: %v", a.status, a.text, err)
		}
		return read.Status != "pending"
	})
	return read.Logs
}

// sameBut tells whether a body that is kept is the one that came, but for what is hidden.
func sameBut(kept, got string) bool {
	var k, g any
	if json.Unmarshal([]byte(kept), &k) != nil || json.Unmarshal([]byte(got), &g) != nil {
		return kept == got
	}
	return sameValue(k, g)
}

func sameValue(kept, got any) bool {
	if kept == wire.Mask {
		return got != nil
	}
	switch k := kept.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(k) != len(g) {
			return false
		}
		for name := range k {
			if _, ok := g[name]; !ok || !sameValue(k[name], g[name]) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		return ok && slices.EqualFunc(k, g, sameValue)
	}
	return kept == got
}

func TestWhatIsKeptOfAWriteIsWhatItsTSPReceived(t *testing.T) {
	t.Parallel()
	w := &wiretap{}
	h := openAll(t, config.Default(), w.before)
	for _, name := range []tsp.Name{"samsara", "motive", "geotab", "traccar"} {
		conn, unique := demo.ID("connection:"+string(name)).String(), "kept"+string(name)
		h.simulatedAt(h.config.BaseURLs[string(name)]+"/_sim/faults", "POST", `{"fault":"expire_session","times":1}`)
		made := h.do("POST", users, fmt.Sprintf(`{"connection_id":%q,"username":%q,"first_name":%q,"last_name":"Berg","is_driver":true}`,
			conn, unique+".driver", unique))
		if made.status != http.StatusAccepted {
			t.Fatalf("%s: %d %s", name, made.status, made.text)
		}
		var kept []shownCall
		for _, entry := range h.exchanged(conn, made.field("id")) {
			if entry.Absent != nil || len(entry.Exchanges) == 0 {
				t.Errorf("%s: an attempt without exchanges: %v", name, entry.Absent)
			}
			kept = append(kept, entry.Exchanges...)
		}
		holds := func(c shownCall) bool { return c.Request.Body != nil && strings.Contains(*c.Request.Body, unique) }
		received := w.of(string(name), unique)
		if writes := slices.DeleteFunc(slices.Clone(kept), func(c shownCall) bool { return !holds(c) }); len(writes) != len(received) ||
			len(received) == 0 {
			t.Errorf("%s received %d requests about it, and %d are kept", name, len(received), len(writes))
		}
		for _, c := range kept {
			w.met(t, string(name), c)
		}
		signs := slices.ContainsFunc(kept, func(c shownCall) bool { return c.Purpose == "sign_in" })
		if name == "geotab" && !signs {
			t.Errorf("the sign-in of %s is not kept: %+v", name, kept)
		}
	}
}

// met fails unless a call that is kept came to its simulator.
func (w *wiretap) met(t *testing.T, name string, c shownCall) {
	t.Helper()
	at, err := url.Parse(c.Request.URL)
	if err != nil || c.Response == nil || c.Response.Status == 0 || c.Error != nil {
		t.Errorf("%s: %+v is no call that was answered: %v", name, c, err)
		return
	}
	body := ""
	if c.Request.Body != nil {
		body = *c.Request.Body
	}
	if !slices.ContainsFunc(w.of(name, ""), func(r came) bool {
		return r.method == c.Request.Method && r.path == at.EscapedPath() && r.query == at.RawQuery && sameBut(body, r.body)
	}) {
		t.Errorf("%s received no %s %s with %s", name, c.Request.Method, c.Request.URL, body)
	}
}

func TestALookUpAndACallWithoutAnAnswerAreKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet/messages","method":"POST"},"fault":"apply_then_drop","times":1}`)
	id := h.do("POST", messages, h.message("kept though lost")).field("id")
	purposes, lost := map[string]bool{}, false
	for _, entry := range h.exchanged(h.ids.Connection.String(), id) {
		for _, c := range entry.Exchanges {
			purposes[c.Purpose] = true
			lost = lost || c.Response == nil && c.Error != nil && strings.Contains(*c.Request.Body, "kept though lost")
		}
	}
	if !purposes["send"] || !purposes["look_up"] || !lost {
		t.Errorf("kept are calls for %v, one without an answer: %t", purposes, lost)
	}
}

func TestExchangesAreShownToWhoeverAsksAndKeptAsLongAsIsSet(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.KeepExchanges = 0
	h := openWith(t, c)
	id := h.do("POST", messages, h.message("not kept")).field("id")
	if plain := h.ended(id); strings.Contains(plain.text, "exchanges") {
		t.Errorf("nobody asked: %s", plain.text)
	}
	for _, entry := range h.exchanged(h.ids.Connection.String(), id) {
		if entry.Exchanges != nil || entry.Absent == nil || *entry.Absent != "not_kept" {
			t.Errorf("with none kept: %+v", entry)
		}
	}
	wrong := h.do("GET", fmt.Sprintf("%s/%s/resource-operations/%s?exchanges=maybe", connections, h.ids.Connection, id), "")
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.text, "must be true or false") {
		t.Errorf("%d %s", wrong.status, wrong.text)
	}
}

func TestWhatWasReadOnTheWayIsWithheldOnceTheGrantIsGone(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.simulated("POST", "/_sim/faults", `{"match":{"path_prefix":"/v1/fleet/messages","method":"POST"},"fault":"apply_then_drop","times":1}`)
	id := h.do("POST", messages, h.message("of the fleet")).field("id")
	conn := h.ids.Connection.String()
	read := func() (own, others int) {
		for _, entry := range h.exchanged(conn, id) {
			for _, c := range entry.Exchanges {
				if c.Reads && c.Response != nil && c.Response.Body != nil {
					others++
				} else if !c.Reads {
					own++
				}
			}
		}
		return own, others
	}
	if own, others := read(); own == 0 || others == 0 {
		t.Fatalf("%d calls that write and %d that read are shown", own, others)
	}
	h.expire()
	if own, others := read(); own == 0 || others != 0 {
		t.Errorf("without a grant %d calls that write and %d that read are shown", own, others)
	}
}
