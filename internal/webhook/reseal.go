package webhook

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Vault holds the sealed secrets of all subscriptions.
type Vault interface {
	// SubscriptionsAfter lists subscriptions, whoever's they are, in the order of their ids after one;
	// uuid.Nil is before all. They hold ID, Partner, Sealed and Previous and nothing else, so that whoever
	// cannot open what else is sealed of them can list them.
	SubscriptionsAfter(ctx context.Context, id uuid.UUID, limit int) ([]Subscription, error)
	// ResealSubscription writes Sealed and Previous of to, and nothing else, where they are still those
	// of from; fence.ErrOvertaken if they are not.
	ResealSubscription(ctx context.Context, from, to Subscription) error
}

// resealPage bounds how many subscriptions are in memory at once.
const resealPage = 100

// Reseal seals anew the secrets of subscriptions that outdated names, and returns how many
// subscriptions it changed, and by the id of their subscription why others do not open, which no
// repetition mends. One that is changed meanwhile is left to whoever changed it.
func Reseal(ctx context.Context, v Vault, sealer Sealer, outdated func(sealed []byte) bool) (
	done int, unopened map[uuid.UUID]error, err error) {
	unopened = map[uuid.UUID]error{}
	for after := uuid.Nil; ; {
		some, err := v.SubscriptionsAfter(ctx, after, resealPage)
		if err != nil {
			return done, unopened, fmt.Errorf("listing subscriptions: %w", err)
		}
		for _, from := range some {
			after = from.ID
			if !outdated(from.Sealed) && !outdated(from.Previous) {
				continue
			}
			to, err := resealed(sealer, from)
			if err != nil {
				unopened[from.ID] = err
				continue
			}
			switch err := v.ResealSubscription(ctx, from, to); {
			case err == nil:
				done++
			case !errors.Is(err, fence.ErrOvertaken):
				return done, unopened, fmt.Errorf("sealing the secret of subscription %s anew: %w", from.ID, err)
			}
		}
		if len(some) < resealPage {
			return done, unopened, nil
		}
	}
}

func resealed(sealer Sealer, s Subscription) (Subscription, error) {
	bound := SecretContext(s.ID, s.Partner)
	for _, sealed := range []*[]byte{&s.Sealed, &s.Previous} {
		if len(*sealed) == 0 {
			continue
		}
		plain, err := sealer.Open(*sealed, bound)
		if err != nil {
			return s, err
		}
		if *sealed, err = sealer.Seal(plain, bound); err != nil {
			return s, err
		}
	}
	return s, nil
}
