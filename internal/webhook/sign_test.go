package webhook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

// vectorBody and the secret and digest beside it are the reference's vector.
const vectorBody = `{"version":"1.0","event_name":"resource_operation.created","data":[],"webhook_id":"247b2dea-a030-48b7-9a05-ee33c1b6ab0a"}`

var vectorTime = time.Date(2026, 1, 15, 10, 30, 0, 999_999_999, time.UTC)

func vectorDelivery() Delivery {
	return Delivery{
		Subscription: Subscription{ID: uuid.MustParse("247b2dea-a030-48b7-9a05-ee33c1b6ab0a"), Secret: "wX9kLmP2nQrT4vYz"},
		Event:        event.Event{ID: uuid.MustParse("019bc0a2-0000-7000-8000-000000000001"), Name: "resource_operation.created"},
		Attempt:      2,
	}
}

func TestTheHeadersAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	request := uuid.MustParse("019bc0a2-0000-4000-8000-000000000002")
	berlin := time.FixedZone("CET", 3600)
	got := map[string]string{}
	for name := range headers(vectorDelivery(), []byte(vectorBody), vectorTime.In(berlin), request) {
		got[name] = headers(vectorDelivery(), []byte(vectorBody), vectorTime.In(berlin), request).Get(name)
	}
	want := map[string]string{
		"Content-Type":       "application/json",
		"Accept":             "application/json",
		"User-Agent":         "Catena-Webhook",
		"X-Catena-Signature": "amQjlZWJLU8x3wvH/kQVMg8iON9+axj4C/52gcWHMco=",
		"X-Catena-Timestamp": "2026-01-15T10:30:00+00:00",
		"X-Event-Type":       "resource_operation.created",
		"X-Webhook-Id":       "247b2dea-a030-48b7-9a05-ee33c1b6ab0a",
		"X-Request-Id":       "019bc0a2-0000-4000-8000-000000000002",
		"X-Schema-Version":   "1.0",
		"X-Source":           "catena-notifications",
		"X-Delivery-Attempt": "2",
		"Webhook-Id":         "019bc0a2-0000-7000-8000-000000000001",
		"Webhook-Timestamp":  "1768473000",
		// Under the secret's own bytes, and under what the libraries of Standard Webhooks make of them.
		"Webhook-Signature": "v1,rodpCgZ9D/mCsrobpxl+3dkJgeCco6G1wnBZ/+iyL9U= v1,vJLrtOm46o/DKHjnvFmpTBO4Gvswv5wjNEyvHHegwm0=",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheEnvelopeKeepsItsIDOverAttempts(t *testing.T) {
	t.Parallel()
	d := vectorDelivery()
	d.Event.OccurredAt, d.Event.Data = vectorTime, []byte(`{"id":"x","n":1.0}`)
	got, err := Envelope(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":"1.0","event_name":"resource_operation.created","data":[{"id":"x","n":1.0}],` +
		`"webhook_id":"247b2dea-a030-48b7-9a05-ee33c1b6ab0a","timestamp":"2026-01-15T10:30:00.999999Z",` +
		`"id":"019bc0a2-0000-7000-8000-000000000001","delivery_attempt":2}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAnEnvelopeOfBrokenDataIsAnError(t *testing.T) {
	t.Parallel()
	d := vectorDelivery()
	d.Event.Data = []byte(`{`)
	if got, err := Envelope(d); err == nil {
		t.Errorf("got %s", got)
	}
}
