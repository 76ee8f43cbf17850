package app_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/resource"
)

const (
	batches  = "/v2/telematics/batch"
	lineType = "application/x-ndjson"
)

// batchLine is a line of an answer to a batch.
type batchLine struct {
	Line     int            `json:"line"`
	Status   int            `json:"status"`
	Replayed bool           `json:"idempotent_replayed"`
	Body     map[string]any `json:"body"`
	End      string         `json:"end"`
	Lines    int            `json:"lines"`
	Accepted int            `json:"accepted"`
}

func (l batchLine) id() string { text, _ := l.Body["id"].(string); return text }

// line is a line of a batch: a write, with more members.
func line(method, path, body, members string) string {
	return fmt.Sprintf(`{"method":%q,"path":%q,"body":%s%s}`+"\n", method, path, body, members)
}

// batch sends a batch and returns the answers, of which the last is the end's.
func (h *house) batch(query, lines string) []batchLine {
	h.t.Helper()
	resp := h.beginBatch(query, strings.NewReader(lines))
	for h.faults != nil && resp.StatusCode == http.StatusServiceUnavailable {
		_ = resp.Body.Close()
		resp = h.beginBatch(query, strings.NewReader(lines))
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != lineType || err != nil {
		h.t.Fatalf("%d %s: %s %v", resp.StatusCode, kind, text, err)
	}
	return h.batchLines(string(text))
}

// beginBatch sends a batch and returns once its answer begins.
func (h *house) beginBatch(query string, lines io.Reader) *http.Response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), "POST", h.url+batches+query, lines)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + h.token}, "Content-Type": {lineType}}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp
}

// batchLines reads whole lines, and holds each against the document.
func (h *house) batchLines(text string) (all []batchLine) {
	h.t.Helper()
	for one := range strings.Lines(text) {
		if !strings.HasSuffix(one, "\n") {
			break
		}
		var l batchLine
		if err := json.Unmarshal([]byte(one), &l); err != nil {
			h.t.Fatalf("%s: %v", one, err)
		}
		all = append(all, l)
		switch {
		case l.End != "":
			h.checker.Line(h.t, "BatchEnd", []byte(one))
			continue
		case l.Status < 300:
			body, _ := json.Marshal(l.Body)
			h.checker.Line(h.t, "ResourceOperation", body)
		}
		h.checker.Line(h.t, "BatchAnswer", []byte(one))
	}
	return all
}

func TestABatchIsAcceptedLineByLineAndRepeatedWithoutEffect(t *testing.T) {
	t.Parallel()
	h := openWith(t, quick())
	vehicle := vehicles + "/" + h.ids.Vehicle.String()
	rename := func(name string) string {
		return fmt.Sprintf(`{"connection_id":"%s","vehicle_name":%q}`, h.ids.Connection, name)
	}
	var all strings.Builder
	for n := range 65 {
		all.WriteString(line("POST", messages, h.message(fmt.Sprintf("number %d.", n)), fmt.Sprintf(`,"idempotency_key":"k-%d"`, n)))
	}
	for _, name := range []string{"first", "second", "third"} {
		all.WriteString(line("PATCH", vehicle, rename(name), `,"idempotency_key":"`+name+`"`))
	}
	wrongs := map[int]int{69: 422, 70: 404, 71: 501, 72: 422, 73: 404}
	all.WriteString(line("POST", messages, `{}`, "") +
		line("POST", messages, strings.Replace(h.message("x"), h.ids.Connection.String(), uuid.NewString(), 1), "") +
		line("POST", vehicles, rename("new"), "") +
		line("POST", messages, strings.Replace(h.message("x"), h.ids.Recipient.String(), uuid.NewString(), 1), "") +
		line("PATCH", vehicles+"/"+uuid.NewString(), rename("none"), ""))
	first := h.batch("", all.String())
	if e := first[len(first)-1]; len(first) != 74 || e.End != "complete" || e.Lines != 73 || e.Accepted != 68 {
		t.Fatalf("%d answers, the last is %+v", len(first), e)
	}
	for i, l := range first[:73] {
		want := 202
		if wrongs[i+1] > 0 {
			want = wrongs[i+1]
		}
		if l.Line != i+1 || l.Status != want || l.Replayed {
			t.Errorf("line %d: %+v", i+1, l)
		}
	}
	again := h.batch("", all.String())
	for i, l := range again[:68] {
		if !l.Replayed || l.Status != 202 || l.id() != first[i].id() {
			t.Errorf("line %d again: %+v", i+1, l)
		}
	}
	alone := h.do("POST", messages, h.message("number 7."), keyHeader, "k-7")
	if alone.field("id") != first[7].id() || alone.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("by itself: %d %s", alone.status, alone.text)
	}
	// The messages are one chain.
	for i := range 68 {
		if end := h.endedWithin(2*time.Minute, first[i].id()); end.field("status") != "success" {
			t.Errorf("line %d ended as %s", i+1, end.text)
		}
	}
	sent := h.simulated("GET", "/_sim/requests", "")
	if a, b, c := strings.Index(sent, "first"), strings.Index(sent, "second"), strings.Index(sent, "third"); a < 0 || b < a || c < b {
		t.Errorf("the vehicle was renamed at %d, %d and %d", a, b, c)
	}
	for n := range 65 {
		if times := h.sent(fmt.Sprintf("number %d.", n)); times != 1 {
			t.Errorf("message %d was sent %d times", n, times)
		}
	}
}

// quick has a TSP that takes many messages at once, where the test is of something else.
func quick() config.Config {
	c := config.Default()
	c.Limits["samsara"] = map[string]config.Rate{"messages.write": {Events: 5000, Period: time.Second}}
	return c
}

// Over a store that fails some lines are told that it does, and some that nobody knows.
func TestABatchThatIsRepeatedWithItsKeysIsAcceptedWholeAndOnce(t *testing.T) {
	t.Parallel()
	h := openWith(t, quick())
	const lines = 150
	var all strings.Builder
	for n := range lines {
		all.WriteString(line("POST", messages, h.message(fmt.Sprintf("number %d.", n)), fmt.Sprintf(`,"idempotency_key":"k-%d"`, n)))
	}
	ids := map[int]string{}
	h.until("all lines are accepted", func() bool {
		accepted := 0
		for _, l := range h.batch("", all.String()) {
			if l.Status != 202 || l.End != "" {
				continue
			}
			accepted++
			if known := ids[l.Line]; known != "" && known != l.id() {
				t.Errorf("line %d was operation %s and is %s", l.Line, known, l.id())
			}
			ids[l.Line] = l.id()
		}
		return accepted == lines
	})
	for n := range lines {
		h.endedWithin(2*time.Minute, ids[n+1])
		if times := h.sent(fmt.Sprintf("number %d.", n)); times != 1 {
			t.Errorf("message %d was sent %d times", n, times)
		}
	}
}

func TestALineOfABatchTellsNothingOfOthers(t *testing.T) {
	t.Parallel()
	h := open(t)
	none := strings.Replace(h.message("x"), h.ids.Connection.String(), uuid.NewString(), 1)
	key := `,"idempotency_key":"k"`
	h.batch("", line("POST", messages, h.message("x"), key))
	h.token = h.stranger(nil)
	all := h.batch("", line("POST", messages, h.message("x"), key)+line("POST", messages, none, key))
	if all[0].Status != 404 || all[1].Status != 404 || all[0].Replayed || all[2].Accepted != 0 {
		t.Errorf("%+v", all)
	}
}

func TestALineNeedsTheGrantThatItsWriteNeedsAtItsMoment(t *testing.T) {
	t.Parallel()
	h := open(t)
	from, to := io.Pipe()
	resp := h.beginBatch("", from)
	defer resp.Body.Close()
	read := func() batchLine {
		t.Helper()
		var text []byte
		for one := make([]byte, 1); len(text) == 0 || text[len(text)-1] != '\n'; text = append(text, one...) {
			if _, err := io.ReadFull(resp.Body, one); err != nil {
				t.Fatal(err)
			}
		}
		return h.batchLines(string(text))[0]
	}
	send := func(text string) batchLine {
		t.Helper()
		if _, err := io.WriteString(to, line("POST", messages, h.message(text), "")); err != nil {
			t.Fatal(err)
		}
		return read()
	}
	if l := send("granted"); l.Status != 202 {
		t.Errorf("%+v", l)
	}
	h.regrant(func(g *access.Grant) { g.Levels[resource.KindMessage] = access.Read })
	if l := send("not granted"); l.Status != 403 {
		t.Errorf("%+v", l)
	}
	h.regrant(func(g *access.Grant) { g.Levels[resource.KindMessage] = access.ReadWrite })
	if l := send("granted again"); l.Status != 202 {
		t.Errorf("%+v", l)
	}
	stopped := make(chan struct{})
	go func() { h.stop(); close(stopped) }()
	if e := read(); e.End != "broken_off" || e.Status != 503 || e.Lines != 3 {
		t.Errorf("at a stop: %+v", e)
	}
	_ = to.Close()
	<-stopped
}
