package tables

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

var errUndone = errors.New("taken back")

func TestWhatATakenBackGroupHasReadIsForgotten(t *testing.T) {
	t.Parallel()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	partner := uuid.New()
	happens := func(tx *tx) error {
		return tx.publish(db, []event.Event{{ID: uuid.New(), Name: event.OperationCreated, Partner: partner, Own: true,
			OccurredAt: time.Now(), Data: []byte(`{}`)}})
	}
	err = db.do(t.Context(), func(tx *tx) error {
		err := tx.insertSubscription(webhook.Subscription{ID: uuid.New(), Partner: partner, URL: "https://r.example/",
			EventName: event.OperationCreated, Sealed: []byte("x"), Status: webhook.Active})
		return errors.Join(err, happens(tx), errUndone)
	})
	if !errors.Is(err, errUndone) {
		t.Fatal(err)
	}
	if err := db.do(t.Context(), happens); err != nil {
		t.Fatal(err)
	}
	if waiting, err := one(t.Context(), db, `SELECT count(*) FROM delivery`, scanOne[int]); err != nil || waiting != 0 {
		t.Errorf("%d deliveries wait for a subscription that was never made: %v", waiting, err)
	}
}

func TestWhatTheWriterRemembersOfSubscriptionsDoesNotGrowWithFleets(t *testing.T) {
	t.Parallel()
	db := opened(t)
	partner, ref := uuid.New(), strings.Repeat("r", 500)
	kept := func(fleets int) (subscriptions, grants int) {
		err := db.do(t.Context(), func(tx *tx) error {
			for range fleets {
				e := event.Event{ID: uuid.New(), Name: event.OperationCreated, Partner: partner, Fleet: uuid.New(),
					OccurredAt: time.Now()}
				if _, err := tx.listeners(&e); err != nil {
					return err
				}
			}
			subscriptions, grants = tx.known.listeners.weight, tx.known.grants.weight
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return subscriptions, grants
	}
	err := db.do(t.Context(), func(tx *tx) error {
		return tx.insertSubscription(webhook.Subscription{ID: uuid.New(), Partner: partner, URL: "https://r.example/",
			EventName: event.OperationCreated, Filters: &webhook.Filters{FleetRefs: []string{ref}}, Sealed: []byte("x"), Status: webhook.Active})
	})
	if err != nil {
		t.Fatal(err)
	}
	one, _ := kept(1)
	if many, grants := kept(20); one < len(ref) || many != one || grants == 0 {
		t.Errorf("%d bytes of subscriptions became %d with the fleets, beside %d of grants", one, many, grants)
	}
}

func TestWhatTheWriterRemembersIsBoundedByItsWeight(t *testing.T) {
	t.Parallel()
	var k kept[int, []listener]
	long := &webhook.Filters{FleetRefs: []string{strings.Repeat("r", mostKnown/10)}}
	for n := range 50 {
		size := 1 + n%20
		all := make([]listener, size)
		for i := range all {
			all[i].Filters = long
		}
		got, err := recalled(&k, n, func() ([]listener, error) { return all, nil })
		if err != nil || len(got) != size {
			t.Fatalf("%d of %d were recalled: %v", len(got), size, err)
		}
		weighs := 0
		for _, one := range k.all {
			weighs += weight(one)
		}
		if weighs != k.weight || weighs > mostKnown {
			t.Fatalf("%d bytes are kept, and counted are %d", weighs, k.weight)
		}
	}
}

func TestWhatIsRememberedWeighsWhatItHolds(t *testing.T) {
	t.Parallel()
	const size = 10_000
	long := strings.Repeat("x", size)
	secrets := make([]access.Secret, size/300)
	for _, one := range []any{
		webhook.Subscription{URL: long}, webhook.Subscription{Sealed: []byte(long)}, webhook.Subscription{Previous: []byte(long)},
		webhook.Subscription{Filters: &webhook.Filters{FleetRefs: []string{long}}},
		webhook.Subscription{Filters: &webhook.Filters{FleetIDs: make([]uuid.UUID, size/16)}},
		webhook.Receiver{URL: long}, access.Client{Scopes: []string{long}}, access.Client{Secrets: secrets},
		access.Client{Partner: access.Partner{Name: long}}, access.Client{Fleet: access.Fleet{Name: long}},
		access.Client{Fleet: access.Fleet{Details: long}},
	} {
		if n := weight(one); n < size {
			t.Errorf("%d bytes are counted of %s", n, fmt.Sprintf("%.60v", one))
		}
	}
}
