package perform

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// counting counts the look-ups of a store.
type counting struct {
	grant access.Grant
	n     int
}

func (c *counting) Grant(context.Context, uuid.UUID, uuid.UUID) (access.Grant, error) {
	c.n++
	return c.grant, nil
}

func TestABatchOfOperationsCostsOneLookUpOfItsGrant(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	store := &counting{grant: access.Grant{Status: access.GrantActive, ReadAt: now, Expiration: now.Add(100 * time.Millisecond),
		Levels: map[resource.Kind]string{resource.KindMessage: access.ReadWrite}}}
	g := NewGrants(store, func() time.Time { return now })
	ask := func(want string) {
		t.Helper()
		for range 200 {
			got, err := g.refusal(t.Context(), operation.Operation{Kind: resource.KindMessage})
			if err != nil || (got == "") != (want == "") || !strings.Contains(got, want) {
				t.Fatalf("%q %v", got, err)
			}
		}
	}
	ask("")
	// Its end is seen without asking again.
	now = now.Add(150 * time.Millisecond)
	ask("expired")
	if store.n != 1 {
		t.Errorf("%d look-ups", store.n)
	}
	g.Forget(access.Grant{})
	store.grant = access.Grant{Status: access.GrantCancelled, ReadAt: now}
	ask("cancelled")
	if store.n != 2 {
		t.Errorf("%d look-ups", store.n)
	}
	// What a lane reads looks anew, once.
	anew := g.anew(t.Context())
	for range 200 {
		if got, err := anew(operation.Operation{Kind: resource.KindMessage}); err != nil || got == "" {
			t.Fatalf("%q %v", got, err)
		}
	}
	if store.n != 3 {
		t.Errorf("%d look-ups", store.n)
	}
}

// slowly reads a grant that changes while it is read.
type slowly struct {
	counting
	meanwhile func()
}

func (s *slowly) Grant(ctx context.Context, partner, fleet uuid.UUID) (access.Grant, error) {
	g, err := s.counting.Grant(ctx, partner, fleet)
	if s.meanwhile != nil {
		s.meanwhile()
	}
	return g, err
}

func TestAGrantThatIsForgottenWhileItIsReadIsReadAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	store := &slowly{counting: counting{grant: access.Grant{Status: access.GrantActive, ReadAt: now,
		Levels: map[resource.Kind]string{resource.KindMessage: access.ReadWrite}}}}
	g := NewGrants(store, func() time.Time { return now })
	store.meanwhile = func() {
		store.meanwhile = nil
		store.grant = access.Grant{Status: access.GrantCancelled, ReadAt: now}
		g.Forget(access.Grant{})
	}
	op := operation.Operation{Kind: resource.KindMessage}
	if _, err := g.refusal(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	if got, err := g.refusal(t.Context(), op); err != nil || !strings.Contains(got, "cancelled") {
		t.Errorf("the grant that was read before its end counts: %q, %v", got, err)
	}
}
