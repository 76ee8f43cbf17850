package webhook_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// withDead is a desk whose subscription has as many dead letters; that of number n has the event n.
func withDead(t *testing.T, n int) *desk {
	t.Helper()
	d := newDesk(t, created)
	for i := range n {
		d.store.dead = append(d.store.dead, webhook.DeadLetter{Seq: int64(i + 1), Subscription: d.id, Event: event.Event{ID: eventOf(i + 1)}})
	}
	return d
}

func eventOf(n int) uuid.UUID { return uuid.UUID{15: byte(n)} }

func TestAReplayIsOfAllOrOfWhatItSelects(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		n int
		q webhook.DeadLetterQuery
	}{
		"":   {3, webhook.DeadLetterQuery{}},
		"{}": {3, webhook.DeadLetterQuery{}},
		fmt.Sprintf(`{"message_ids":["%s","%s"]}`, eventOf(2), eventOf(1)): {2, webhook.DeadLetterQuery{Events: []uuid.UUID{eventOf(2), eventOf(1)}}},
		`{"start_date":"2026-01-15T10:00:00+01:00","end_date":null}`:       {3, webhook.DeadLetterQuery{From: time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)}},
		`{"end_date":"2026-01-15T10:00:00Z"}`:                              {3, webhook.DeadLetterQuery{To: time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)}},
	} {
		d := withDead(t, 3)
		got, err := d.Replay(t.Context(), acme, d.id, []byte(body))
		if err != nil || got.Replayed != want.n {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
		want.q.Subscription = d.id
		if diff := cmp.Diff(want.q, d.store.revived[0], cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}

func TestAReplayOfWhatIsNoDeadLetterReplaysNothing(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		fmt.Sprintf(`{"message_ids":["%s","%s"]}`, eventOf(1), eventOf(9)): {"message_ids[1] reference_not_found"},
		`{"message_ids":[]}`:          {"message_ids too_short"},
		`{"message_ids":["x"]}`:       {"message_ids[0] uuid_parsing"},
		`{"event_name":"x","size":1}`: {"event_name extra_forbidden", "size extra_forbidden"},
		`{"start_date":"2026-01-15T10:00:00Z","end_date":"2026-01-15T10:00:00Z"}`: {"end_date out_of_range"},
	} {
		d := withDead(t, 2)
		_, err := d.Replay(t.Context(), acme, d.id, []byte(body))
		if diff := cmp.Diff(want, codes(t, err)); diff != "" || len(d.store.revived) > 0 {
			t.Errorf("%s: %s; revived %v", body, diff, d.store.revived)
		}
	}
}

func TestDeadLettersOfAnotherPartnerAreNotThere(t *testing.T) {
	t.Parallel()
	d := withDead(t, 2)
	_, err := d.DeadLetters(t.Context(), other, d.id, webhook.DeadLettersRequest{Window: whole})
	checkCode(t, err, problem.NotFound)
	_, err = d.Replay(t.Context(), other, d.id, nil)
	checkCode(t, err, problem.NotFound)
	_, err = d.Metrics(t.Context(), other, d.id)
	checkCode(t, err, problem.NotFound)
	if len(d.store.revived) > 0 {
		t.Error("another partner's dead letters were replayed")
	}
	found, err := d.DeadLetters(t.Context(), acme, d.id, webhook.DeadLettersRequest{Window: page.Window{Limit: 1}})
	if err != nil || len(found.Items) != 1 || found.Next.Seq != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}
