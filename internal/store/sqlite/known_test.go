package sqlite

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/webhook"
)

var errUndone = errors.New("taken back")

func TestWhatATakenBackGroupHasReadIsForgotten(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
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
	var waiting int
	if err := db.read.QueryRowContext(t.Context(), `SELECT count(*) FROM delivery`).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d deliveries wait for a subscription that was never made: %v", waiting, err)
	}
}
