package perform

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// noGrants is a store without grants that notes how old an answer might be.
type noGrants struct {
	now    time.Time
	oldest time.Duration
}

func (n *noGrants) Grant(ctx context.Context, _, _ uuid.UUID) (access.Grant, error) {
	if at, ok := fence.AskedAsOf(ctx); ok {
		n.oldest = n.now.Sub(at)
	}
	return access.Grant{}, access.ErrNotFound
}

func TestAPartnerWithoutAGrantIsRefusedLikeOneWhoseGrantWasDeleted(t *testing.T) {
	t.Parallel()
	store := &noGrants{now: time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)}
	g := NewGrants(store, func() time.Time { return store.now })
	got, err := g.refusal(t.Context(), operation.Operation{Kind: resource.KindMessage})
	if err != nil || !strings.Contains(got, "deleted") {
		t.Errorf("%q, %v", got, err)
	}
	if store.oldest != heardWithin {
		t.Errorf("a grant that another process took back may be acted on for %v", store.oldest)
	}
}
