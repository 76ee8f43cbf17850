package tables

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// TestAPauseOfAnEarlierReleaseIsPutDownToNobody writes as a release does that knows nothing of who paused.
func TestAPauseOfAnEarlierReleaseIsPutDownToNobody(t *testing.T) {
	t.Parallel()
	db, at := opened(t), time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	s := webhook.Subscription{ID: uuid.New(), Partner: uuid.New(), URL: "https://r.example/", EventName: "vehicle.added", Sealed: []byte("x"),
		Encoding: webhook.Automatic, Status: webhook.Active, CreatedAt: at, UpdatedAt: at, Health: webhook.Health{Since: at, Success: 1}}
	former := func(set string) {
		t.Helper()
		if err := db.do(t.Context(), func(tx *tx) error { return tx.exec(`UPDATE subscription SET `+set+` WHERE id = ?1`, s.ID[:]) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.InsertSubscriptions(t.Context(), []webhook.Subscription{s}, 50); err != nil {
		t.Fatal(err)
	}
	// A delivery is settled between the reading and the pause.
	former(`judged_from = judged_from + 5`)
	to, err := s.Move(webhook.Pause, webhook.ByOwner, at.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	to.Paused.By, to.Paused.Why = "operator:ada", "they move"
	if err := db.ChangeSubscription(t.Context(), webhook.Change{From: s, To: to, Event: webhook.Pause.Event()}); err != nil {
		t.Fatal(err)
	}
	is := func(what string, by audit.Mark) {
		t.Helper()
		got, err := db.Subscription(t.Context(), s.Partner, s.ID)
		if err != nil || got.Status != webhook.Paused || got.Paused != by {
			t.Errorf("%s: %s by %+v, %v", what, got.Status, got.Paused, err)
		}
	}
	is("paused", to.Paused)
	former(`encoding = 'gzip', updated_at = updated_at + 1`)
	is("changed by an earlier release while it is paused", to.Paused)
	former(`status = 'active', judged_from = judged_from + 10, updated_at = updated_at + 1`)
	former(`status = 'paused', updated_at = updated_at + 1`)
	is("activated by it and paused again", audit.Mark{})
}
