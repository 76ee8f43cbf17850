package webhook_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// vault holds subscriptions in the order of their ids.
type vault []webhook.Subscription

func (v vault) SubscriptionsAfter(_ context.Context, id uuid.UUID, limit int) ([]webhook.Subscription, error) {
	i := slices.IndexFunc(v, func(s webhook.Subscription) bool { return bytes.Compare(s.ID[:], id[:]) > 0 })
	if i < 0 {
		return nil, nil
	}
	return v[i:min(i+limit, len(v))], nil
}

func (v vault) ResealSubscription(_ context.Context, from, to webhook.Subscription) error {
	v[slices.IndexFunc(v, func(s webhook.Subscription) bool { return s.ID == from.ID })] = to
	return nil
}

// newSeal marks what it seals.
type newSeal struct{ binder }

func (n newSeal) Seal(plain, context []byte) ([]byte, error) {
	sealed, err := n.binder.Seal(plain, context)
	return append([]byte("new "), sealed...), err
}

func TestASecretThatDoesNotOpenKeepsNoOtherFromBeingSealedAnew(t *testing.T) {
	t.Parallel()
	var v vault
	for i := range 3 {
		s := webhook.Subscription{ID: uuid.UUID{byte(i + 1)}}
		s.Sealed = append(webhook.SecretContext(s.ID, s.Partner), "secret"...)
		v = append(v, s)
	}
	v[1].Sealed = []byte("spoilt")
	outdated := func(sealed []byte) bool { return len(sealed) > 0 && !bytes.HasPrefix(sealed, []byte("new ")) }
	done, unopened, err := webhook.Reseal(t.Context(), v, newSeal{}, outdated)
	if done != 2 || unopened[v[1].ID] == nil || len(unopened) != 1 || err != nil {
		t.Errorf("%d were sealed anew, unopened %v, %v", done, unopened, err)
	}
	if outdated(v[0].Sealed) || string(v[1].Sealed) != "spoilt" || outdated(v[2].Sealed) {
		t.Errorf("%+v", v)
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
