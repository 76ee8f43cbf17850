package perform

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// mend has a receiver mended whose URL cannot be read. Nothing is sent there until it is: its subscriptions are
// stale, and who makes them so tells of it, which is once. Then it is asked once in a while whether one opens again:
// the question takes a turn at the store's writer.
func (d *Deliveries) mend(ctx context.Context, to webhook.Receiver) error {
	if !d.mends.due(to, d.c.Now()) {
		return nil
	}
	stale, err := d.c.Receivers.MendReceiver(ctx, to.ID)
	if err != nil {
		return fmt.Errorf("mending a receiver: %w", err)
	}
	for _, id := range stale {
		d.c.Log.Error("the URL of a subscription cannot be read, so it is stale: restore a backup that holds it with its "+
			"key (docs/backup.md), or have its partner send the URL anew with PATCH", "subscription_id", id,
			"receiver_id", to.ID, "error", to.Damaged)
	}
	return nil
}

// mendAgain is how often it is asked whether a receiver can be mended while nothing of it is active.
const mendAgain = time.Minute

// mostMends bounds the receivers of which it is known when it was asked.
const mostMends = 10_000

// mends are when it was asked last whether receivers can be mended.
type mends struct {
	mu    sync.Mutex
	asked map[uuid.UUID]time.Time
}

// due tells whether it is to be asked, and notes that it is.
func (m *mends) due(to webhook.Receiver, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, known := m.asked[to.ID]; known && to.Stale && now.Sub(at) < mendAgain {
		return false
	}
	if m.asked == nil || len(m.asked) >= mostMends {
		m.asked = map[uuid.UUID]time.Time{}
	}
	m.asked[to.ID] = now
	return true
}
