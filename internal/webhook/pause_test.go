package webhook_test

import (
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestAPauseSaysByWhomAndWhyAndIsForgottenWhenItEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, `{"url":"https://hooks.example.com/in","event_name":"vehicle.added"}`)
	hand := webhook.Hand{Partner: acme, Subscription: d.id, By: "operator:ada@carrier.example", Why: "two\nlines"}
	if _, err := d.Pause(t.Context(), hand); problem.Of(err).Code != problem.Invalid || d.store.subs[0].Status != webhook.Active {
		t.Errorf("%v, and it is %s", err, d.store.subs[0].Status)
	}
	hand.Why = " they move "
	s, err := d.Pause(t.Context(), hand)
	if err != nil || s.Paused.By != hand.By || s.Paused.Why != "they move" || s.Paused.At != s.UpdatedAt || d.store.subs[0].Paused != s.Paused {
		t.Errorf("%+v, %v", s.Paused, err)
	}
	text, err := json.Marshal(s.Read())
	if err != nil || !strings.Contains(string(text), `"paused":{"by":"operator","reason":"they move","at":"`) {
		t.Errorf("its partner reads %s, %v", text, err)
	}
	if changed := d.changed(`{"encoding":"gzip"}`); changed.Paused != s.Paused {
		t.Errorf("a change left %+v", changed.Paused)
	}
	if _, err := d.Pause(t.Context(), hand); problem.Of(err).Code != problem.Conflict {
		t.Errorf("paused again: %v", err)
	}
	s, err = d.Move(t.Context(), acme, d.id, webhook.Activate)
	if text, _ = json.Marshal(s.Read()); err != nil || s.Paused != (audit.Mark{}) || strings.Contains(string(text), `"paused"`) {
		t.Errorf("%+v, %v, %s", s.Paused, err, text)
	}
	gone := s.After(webhook.Result{Verdict: webhook.Gone, StatusCode: 410}, d.now)
	if gone.Paused.By != "receiver" || !strings.Contains(gone.Paused.Why, "410") {
		t.Errorf("%+v", gone.Paused)
	}
}
