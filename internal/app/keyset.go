package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
)

// errKeysetGone is told before anything is made: a new keyset would open nothing of what is there.
var errKeysetGone = errors.New("the database has lost the keyset that its secrets are sealed with, and nothing was " +
	"changed: restore a backup (docs/backup.md); no key opens them without it")

// keptKeyset returns the wrapped keyset of a database, nil if nothing is sealed in it yet.
func keptKeyset(ctx context.Context, db store.Store) ([]byte, error) {
	wrapped, err := db.Meta(ctx, metaKeyset)
	if err != nil {
		return nil, fmt.Errorf("reading the keyset: %w", err)
	}
	if wrapped != nil {
		return wrapped, nil
	}
	found, err := holdsSealed(ctx, db)
	if err == nil && found {
		err = errKeysetGone
	}
	return nil, err
}

// wrapperOf returns what the operator's key wraps keysets with.
func wrapperOf(c config.Config) (seal.Wrapper, error) {
	key, err := keyOf(c)
	if err != nil {
		return nil, err
	}
	return key.Wrapper()
}

func holdsSealed(ctx context.Context, db store.Store) (bool, error) {
	for _, name := range []string{metaDerive, metaSigning, metaHead} {
		value, err := db.Meta(ctx, name)
		if err != nil || value != nil {
			return value != nil, err
		}
	}
	connections, err := db.Connections(ctx)
	if err != nil {
		return false, fmt.Errorf("listing connections: %w", err)
	}
	subscriptions, err := db.SubscriptionsAfter(ctx, uuid.Nil, 1)
	if err != nil {
		return false, fmt.Errorf("listing subscriptions: %w", err)
	}
	return len(connections)+len(subscriptions) > 0, nil
}
