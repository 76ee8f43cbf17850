package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestATestThatCouldNotBeNotedCountsAsNone(t *testing.T) {
	t.Parallel()
	sent, away := 0, errors.New("the store is away")
	d := &desk{t: t, store: &memory{}, now: noon}
	d.Service = webhook.New(webhook.Config{Store: d.store, Sealer: binder{}, URLs: loopback, Most: 50, Now: func() time.Time { return d.now }, Tests: webhook.Tests{
		Send: func(context.Context, webhook.Delivery) webhook.Result {
			sent++
			return webhook.Result{StatusCode: http.StatusOK}
		},
		Note: func(context.Context, uuid.UUID) error { return away }}})
	d.id = mustCreate(t, d.Service, `{"url":"http://127.0.0.1:9/a","event_name":"vehicle.added"}`).Subscriptions[0].ID
	if _, err := d.Test(t.Context(), acme, d.id); !errors.Is(err, away) || sent > 0 {
		t.Fatalf("%v, sent %d", err, sent)
	}
	away = nil
	if got, err := d.Test(t.Context(), acme, d.id); err != nil || got.Outcome != webhook.TestDelivered {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := d.Test(t.Context(), acme, d.id); problem.Of(err).Code != problem.TooMany || sent != 1 {
		t.Errorf("%v, sent %d", err, sent)
	}
}
