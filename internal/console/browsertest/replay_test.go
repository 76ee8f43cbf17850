package browsertest

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/waybill-dev/waybill/internal/demo"
)

// mailbox is a receiver that wants nothing until it is opened, and keeps the sums of the bodies that it took.
type mailbox struct {
	mu   sync.Mutex
	open bool
	sums []string
}

// ServeHTTP answers 410 until the box is open.
func (m *mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.open {
		w.WriteHeader(http.StatusGone)
		return
	}
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.sums = append(m.sums, fmt.Sprintf("%x", sha256.Sum256(text)))
}

func (m *mailbox) opens() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open = true
}

// replays replays a dead letter, and follows it on the page of its operation and at its receiver.
func replays(t *testing.T, browser context.Context, in *installation, _ writes) {
	box := &mailbox{}
	server := httptest.NewServer(box)
	defer server.Close()
	status, text := in.send("POST", in.url+"/v2/notifications/webhooks", "application/json",
		`{"url":"`+server.URL+`/box","event_name":"resource_operation.created"}`)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	hook := "/console/webhooks/" + demo.ID("partner").String() + "/" + in.member(text, "id")
	id := in.asks("POST", "vehicles", vehicle("traccar", "Truck 501"))
	b := open(t, browser, in.url)
	b.visit("/console/operations/" + id)
	told := func(state string) string {
		return `[...document.querySelectorAll('details.try[id^="told-"]')].some((e) => e.innerText.includes("` + strings.TrimPrefix(server.URL, "http://") +
			`") && e.querySelector(".state").innerText === "` + state + `")`
	}
	b.until("the page of the operation tells of the dead letter", told("Dead letter"))
	if !says[bool](b, `[...document.querySelectorAll('details.try[id^="told-"] pre')].some((e) => e.textContent.includes('"event_name":"resource_operation.created"'))`) {
		t.Error("the body of a dead letter is not shown")
	}
	b.visit(hook)
	if said := says[string](b, `document.querySelector(".verdict h2").innerText`); !strings.HasPrefix(said, "Paused") {
		t.Errorf("the subscription is %s", said)
	}
	box.opens()
	b.leads(click(`.verdict form[action$="/activate"] button`))
	b.leads(click(`button[name="event"]`))
	if !strings.Contains(b.path(), "done=replayed") {
		t.Fatalf("the replay led to %s", b.path())
	}
	b.until("no dead letter is left", `document.querySelector('button[name="event"]') === null && document.body.innerText.includes("No delivery has been given up")`)
	b.visit("/console/operations/" + id)
	b.until("the page of the operation tells that it was delivered", told("Delivered"))
	box.mu.Lock()
	defer box.mu.Unlock()
	if len(box.sums) != 1 || !says[bool](b, `document.body.textContent.includes("`+strings.Join(box.sums, " ")+`")`) {
		t.Errorf("what the receiver has read has other sums than the page tells: %v", box.sums)
	}
	for _, wrong := range b.complaints() {
		t.Error(wrong)
	}
}
