package webhook_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestASubscriptionOfWhichSomethingWasLostTellsWhatMendsItAndIsMendedByThat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lose            func(*webhook.Subscription)
		member, remedy  string
		beside, instead string
	}{
		{func(s *webhook.Subscription) { s.URL, s.Damaged = "", errors.New("it does not open") }, "url",
			`{"url":"https://other.example.com/in"}`, `{"filters":null}`, ""},
		{func(s *webhook.Subscription) { s.Filters = &webhook.Filters{Lost: true} }, "filters",
			`{"filters":null}`, `{"url":"https://other.example.com/in"}`, "https://"},
	} {
		d := newDesk(t, created)
		lose := func() {
			c.lose(&d.store.subs[0])
			d.store.subs[0].Status = webhook.Stale
		}
		lose()
		read, err := d.Get(t.Context(), acme, d.id)
		if err != nil {
			t.Fatal(err)
		}
		shown := read.Read()
		if shown.Problem == nil || !strings.Contains(*shown.Problem, c.member) || !strings.Contains(*shown.Problem, "DELETE") ||
			!strings.HasPrefix(shown.URL, c.instead) {
			t.Errorf("%s: shown as %+v", c.member, shown)
		}
		_, err = d.Move(t.Context(), acme, d.id, webhook.Activate)
		conflicts(t, err, "PATCH it with its "+c.member)
		_, err = d.update(c.beside)
		conflicts(t, err, "PATCH it with its "+c.member)
		if s := d.changed(c.remedy); s.Damaged != nil || s.Read().Problem != nil {
			t.Errorf("%s: after it was sent anew: %+v", c.member, s)
		}
		for _, m := range []webhook.Move{webhook.Pause, webhook.Delete} {
			lose()
			if _, err := d.Move(t.Context(), acme, d.id, m); err != nil {
				t.Errorf("%s: it was not %s: %v", c.member, m, err)
			}
		}
	}
}

// conflicts tells that an error is a conflict whose detail holds a text.
func conflicts(t *testing.T, err error, detail string) {
	t.Helper()
	var e *problem.Error
	if !errors.As(err, &e) || e.Code != problem.Conflict || !strings.Contains(e.Detail, detail) {
		t.Errorf("%v, want a conflict that holds %q", err, detail)
	}
}

func TestFiltersThatCannotBeReadLetNothingPass(t *testing.T) {
	t.Parallel()
	s := webhook.Subscription{Status: webhook.Active, Filters: &webhook.Filters{Lost: true}}
	if s.Hears(event.Event{}) {
		t.Error("an event passed")
	}
}
