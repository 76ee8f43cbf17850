package sqlite

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// TestWhatWaitsInAnOlderDatabaseIsInItsReceiversQueue makes the tables as they were before receivers had
// lanes, with deliveries of two subscriptions of one URL and of a paused one.
func TestWhatWaitsInAnOlderDatabaseIsInItsReceiversQueue(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	if err := makePrivate(path); err != nil {
		t.Fatal(err)
	}
	old, err := open(path, 1, &guard{place: path}, "_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(old)
	if err == nil {
		_, err = p.UpTo(t.Context(), 12)
	}
	partner, subject := uuid.New(), uuid.New()
	for i, status := range []string{"active", "active", "paused"} {
		id, event := uuid.UUID{byte(i + 1)}, uuid.New()
		for _, statement := range []struct {
			text string
			args []any
		}{
			{`INSERT INTO subscription (id, partner, url, event_name, filters, sealed, status, created_at, updated_at)
				VALUES (?1, ?2, 'https://r.example/', ?3, '', x'00', ?4, 1, 1)`, []any{id[:], partner[:], strings.Repeat("e", i+1), status}},
			{`INSERT INTO event (id, name, partner, subject, fleet, fleet_ref, occurred_at, data) VALUES (?1, 'e', ?2, ?3, ?2, '', 1, '{}')`,
				[]any{event[:], partner[:], subject[:]}},
			{`INSERT INTO delivery (subscription, event, subject, state, tries, next_at, created_at) VALUES (?1, ?2, ?3, 'waiting', 0, 1, 1)`,
				[]any{id[:], event[:], subject[:]}},
		} {
			if err == nil {
				_, err = old.ExecContext(t.Context(), statement.text, statement.args...)
			}
		}
	}
	if err != nil || old.Close() != nil {
		t.Fatal(err)
	}
	file, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	db := topped(t.Context(), t, file, file)
	to, err := db.ReceiverOf(t.Context(), partner, "https://r.example/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		queue uuid.UUID
		want  []byte
	}{{to.ID, []byte{1, 2}}, {uuid.UUID{3}, []byte{3}}} {
		waiting, err := db.Deliveries(t.Context(), fence.Query{Lane: fence.Lane{ID: c.queue}, Chains: 9, Depth: 9})
		if err != nil || len(waiting) != len(c.want) {
			t.Fatalf("%d wait, want %d: %v", len(waiting), len(c.want), err)
		}
		for i, w := range waiting {
			if w.Subscription[0] != c.want[i] {
				t.Errorf("number %d is for %s", i, w.Subscription)
			}
		}
	}
}
