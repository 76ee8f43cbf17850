package console

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// tracksOf is an event that is retried, whose receiver and body say something.
func tracksOf(said, body string) []webhook.Track {
	e := event.Event{ID: uuid.MustParse("01a21f6b-9245-7331-8003-e0b9a5c3ff2d"), Name: event.OperationFailed, OccurredAt: noon()}
	to := webhook.Subscription{ID: uuid.UUID{7}, Partner: uuid.UUID{1}, URL: "https://a.example/hooks/secret-path", Status: webhook.Active, Secret: "SECRET-KEY"}
	return []webhook.Track{{Subscription: to, EventID: e.ID, EventName: e.Name, Body: []byte(body),
		Kept: &webhook.Undelivered{Waiting: webhook.Waiting{Tries: 1, NextAt: noon().Add(time.Minute), Event: e}, State: webhook.DeliveryWaiting},
		Logs: []webhook.DeliveryLog{{Attempt: 1, Status: webhook.LogFailed, StatusCode: 503, ErrorMessage: &said, CreatedAt: noon(),
			Signed: webhook.Signed{At: noon(), Sum: [32]byte{0xab, 0xcd}}}}}}
}

func TestAnOperationTellsWhatBecameOfItsEventsAndWhatWasSigned(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Admin, Payloads: true}, tracks: tracksOf("The receiver answered 503.", `{"version":"1.0"}`)}
	text := d.ask(t, operationPath(d.op.ID), nil).Body.String()
	for _, want := range []string{"Deliveries of its events", event.OperationFailed, "https://a.example/hooks/***", "Retrying", "next try",
		hookPath(uuid.UUID{1}, uuid.UUID{7}), "Try 1 at 12:00:00 UTC: The receiver answered 503.",
		"01a21f6b-9245-7331-8003-e0b9a5c3ff2d.1772625600.", "2026-03-04T12:00:00&#43;00:00.", "abcd000000", `{&#34;version&#34;:&#34;1.0&#34;}`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, secret := range []string{"SECRET-KEY", "secret-path"} {
		if strings.Contains(text, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
}

func TestDeliveriesAreToldByWhatIsKnownOfThem(t *testing.T) {
	retried := tracksOf("", "")[0]
	ended := func(status webhook.LogStatus, code int) webhook.Track {
		one := tracksOf("", "")[0]
		one.Kept, one.Body = nil, nil
		one.Logs[0].Status, one.Logs[0].StatusCode = status, code
		return one
	}
	dead, paused, queued := tracksOf("", "")[0], tracksOf("", "")[0], tracksOf("", "")[0]
	dead.Kept.State, paused.Subscription.Status, queued.Logs = webhook.DeliveryDead, webhook.Paused, nil
	for word, one := range map[string]webhook.Track{"Retrying": retried, "Dead letter": dead, "Held": paused, "Queued": queued,
		"Delivered": ended(webhook.LogSuccess, 204), "Refused": ended(webhook.LogSuccess, 401), "Not delivered": ended(webhook.LogFailed, 0)} {
		if got := trackLook(one).Word; got != word {
			t.Errorf("one that is %s is told as %s", word, got)
		}
	}
	who := Visitor{Payloads: true}
	if b := baseOf(who, ended(webhook.LogSuccess, 401)); b.Body != "" || !strings.Contains(b.Absent, "not kept once") || b.Sum == "" {
		t.Errorf("of what was delivered: %+v", b)
	}
	if b := baseOf(who, queued); b != (base{}) {
		t.Errorf("of what was not tried: %+v", b)
	}
	if b := baseOf(Visitor{}, tracksOf("", "SECRET")[0]); b.Body != "" || !strings.Contains(b.Absent, "may not read") {
		t.Errorf("for who may read no payloads: %+v", b)
	}
}

func TestAnOperationWithoutDeliveriesSaysWhy(t *testing.T) {
	d := &desk{op: written(), who: Visitor{Name: "Vi", Role: Viewer}}
	if text := d.ask(t, operationPath(d.op.ID), nil).Body.String(); !strings.Contains(text, "nobody subscribed to its events") {
		t.Error("it is not said why there are no deliveries")
	}
	d.op.Sync = true
	if text := d.ask(t, operationPath(d.op.ID), nil).Body.String(); !strings.Contains(text, "It raises no events") {
		t.Error("a sync write is not said to raise no events")
	}
}
