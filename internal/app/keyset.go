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
	if err != nil || !found {
		return nil, err
	}
	// Another replica that starts for the first time may have made it before it sealed what was found.
	if wrapped, err = db.Meta(ctx, metaKeyset); err == nil && wrapped == nil {
		err = errKeysetGone
	}
	return wrapped, err
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

// RotateKey wraps the keyset of a database, which may be one that a service runs over, with another
// operator's key and adds a data key. The service needs the new key from its next start on, which
// seals anew what the older data keys have sealed.
func RotateKey(ctx context.Context, c config.Config) error {
	to, err := wrapperOf(c)
	if err != nil {
		return err
	}
	from := to
	switch old, err := oldKeyOf(c); {
	case err != nil:
		return err
	case old != nil:
		if from, err = old.Wrapper(); err != nil {
			return err
		}
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	wrapped, err := rotatable(ctx, db)
	if err == nil {
		err = rotate(ctx, db, wrapped, from, to)
	}
	return errors.Join(err, db.Close())
}

func rotate(ctx context.Context, db store.Meta, wrapped []byte, from, to seal.Wrapper) error {
	rotated, err := seal.Rotate(wrapped, from, to)
	if err == nil {
		return db.SwapMeta(ctx, metaKeyset, wrapped, rotated)
	}
	if _, opens := seal.Open(to, wrapped); opens == nil {
		return errors.New("the new key opens this database already, so it was rotated before; restart the service with " +
			"the new key, or leave the key before out to make another data key")
	}
	return err
}

// rotatable returns the wrapped keyset of a database for a command, which makes none.
func rotatable(ctx context.Context, db store.Store) ([]byte, error) {
	wrapped, err := keptKeyset(ctx, db)
	if err == nil && wrapped == nil {
		err = errors.New("this database has sealed nothing yet, so there is nothing to rotate; its first start takes " +
			"the key that it is given")
	}
	return wrapped, err
}
