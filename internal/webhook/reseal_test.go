package webhook_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// safe holds subscriptions by their ids.
type safe struct{ subs []webhook.Subscription }

func (s *safe) SubscriptionsAfter(_ context.Context, id uuid.UUID, _ int) (all []webhook.Subscription, err error) {
	for _, sub := range s.subs {
		if slices.Compare(sub.ID[:], id[:]) > 0 {
			all = append(all, sub)
		}
	}
	return all, nil
}

func (s *safe) ResealSubscription(_ context.Context, _, to webhook.Subscription) error {
	for i := range s.subs {
		if s.subs[i].ID == to.ID {
			s.subs[i] = to
		}
	}
	return nil
}

func TestASecretThatDoesNotOpenKeepsNoOtherFromBeingSealedAnew(t *testing.T) {
	t.Parallel()
	v := &safe{subs: []webhook.Subscription{{ID: uuid.UUID{1}}, {ID: uuid.UUID{2}}, {ID: uuid.UUID{3}}}}
	for i, sub := range v.subs {
		v.subs[i].Sealed, _ = binder{}.Seal([]byte("x"), webhook.SecretContext(sub.ID, acme))
		v.subs[i].Partner = acme
	}
	v.subs[1].Sealed = []byte("garbage")
	n, err := webhook.Reseal(t.Context(), v, binder{}, func([]byte) bool { return true })
	if n != 2 || err == nil || !strings.Contains(err.Error(), v.subs[1].ID.String()) || strings.Contains(err.Error(), v.subs[2].ID.String()) {
		t.Errorf("%d were sealed anew: %v", n, err)
	}
}

func TestASecretThatSignsNoMoreIsNotOpened(t *testing.T) {
	t.Parallel()
	sub := webhook.Subscription{ID: uuid.UUID{1}, Partner: acme, Previous: []byte("garbage"), PreviousUntil: noon}
	sub.Sealed, _ = binder{}.Seal([]byte("x"), webhook.SecretContext(sub.ID, acme))
	if _, err := webhook.OpenSecret(binder{}, sub, noon.Add(-1)); err == nil {
		t.Error("one that still signs was passed over")
	}
	if opened, err := webhook.OpenSecret(binder{}, sub, noon); err != nil || string(opened.Secret) != "x" || opened.PreviousSecret != "" {
		t.Errorf("%v", err)
	}
}
