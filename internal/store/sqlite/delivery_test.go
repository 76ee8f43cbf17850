package sqlite

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestADeliveryThatWasDroppedSettlesNoOther(t *testing.T) {
	t.Parallel()
	db := testDB(t, nil)
	tell := func(name string) (partner uuid.UUID, w webhook.Waiting, subscription uuid.UUID) {
		t.Helper()
		partner, subscription = party(t, db, name)
		e := event.Event{ID: uuid.Must(uuid.NewV7()), Name: name, Partner: partner, Subject: uuid.UUID{1}, Own: true, OccurredAt: time.Now(), Data: []byte(`{}`)}
		if _, err := db.Accept(t.Context(), queued("k/"+uuid.NewString()), []event.Event{e}); err != nil {
			t.Fatal(err)
		}
		return partner, waiting(t, db, subscription)[0], subscription
	}
	partner, dropped, subscription := tell("one")
	if err := db.DeleteSubscription(t.Context(), partner, subscription, time.Now()); err != nil {
		t.Fatal(err)
	}
	_, next, other := tell("two")
	if next.Seq != dropped.Seq {
		t.Skip("the numbers of dropped deliveries are not given again")
	}
	late := webhook.Settled{Waiting: dropped, Subscription: subscription, State: webhook.DeliveryDone, Log: webhook.DeliveryLog{ID: uuid.New()}}
	if err := db.SettleDelivery(t.Context(), late); !errors.Is(err, fence.ErrOvertaken) {
		t.Errorf("settling what was dropped: %v", err)
	}
	if left := waiting(t, db, other); len(left) != 1 {
		t.Errorf("of the other subscription %d wait", len(left))
	}
}

func waiting(t *testing.T, db *DB, subscription uuid.UUID) []webhook.Waiting {
	t.Helper()
	all, err := db.Deliveries(t.Context(), fence.Query{Lane: fence.Lane{Kind: fence.Subscriptions, ID: subscription}, Chains: 9, Depth: 9})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
