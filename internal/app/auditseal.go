package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
)

// metaHead keeps the end of the audit log sealed, so that whoever can write the database and has no
// key cannot cut the log short, or make it anew, without being told.
const metaHead = "audit-head"

// sealEvery is how often the end of the audit log is sealed: what is younger can be cut off unnoticed,
// unless its head was kept elsewhere.
const sealEvery = time.Minute

// emptyHead is what is sealed of a log that has no entry yet. audit.ParseHead takes it for none.
var emptyHead = audit.Head{}.String()

// sealedHead returns the end of the log as the service has sealed it last, or why it was not looked at.
func sealedHead(ctx context.Context, c config.Config, db store.Store) (head audit.Head, unseen string, err error) {
	const none = "none was sealed yet, because no service has started over this log"
	wrapped, err := keptKeyset(ctx, db)
	if err != nil || wrapped == nil {
		return head, none, err
	}
	if _, _, err := c.KeyText(); errors.Is(err, config.ErrNoKey) {
		return head, "no key is set (WAYBILL_KEY_FILE)", nil
	}
	by, err := wrapperOf(c)
	if err != nil {
		return head, "", err
	}
	sealer, err := seal.Open(by, wrapped)
	if err != nil {
		return head, "", err
	}
	sealed, err := db.Meta(ctx, metaHead)
	if err != nil || sealed == nil && !sealer.Anchored() {
		return head, none, err
	}
	head, err = openHead(sealer, sealed)
	return head, "", err
}

// openHead opens what is kept of the head by a service that has sealed one.
func openHead(sealer *seal.Sealer, sealed []byte) (audit.Head, error) {
	if sealed == nil {
		return audit.Head{}, fmt.Errorf("%w: a service has started over it, and the head that it has sealed is gone",
			audit.ErrBroken)
	}
	text, err := sealer.Open(sealed, []byte(metaHead))
	if err != nil {
		return audit.Head{}, fmt.Errorf("%w: its sealed head does not open", audit.ErrBroken)
	}
	if string(text) == emptyHead {
		return audit.Head{}, nil
	}
	return audit.ParseHead(string(text))
}

// watchHead seals the end of the audit log each minute until ctx ends. It tells of a log that is not
// what it was each time, and seals nothing over it.
func (a *App) watchHead(ctx context.Context) error {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		if err := a.sealHead(ctx, a.keys.sealer); err != nil && ctx.Err() == nil {
			a.log.Error("the end of the audit log could not be sealed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sealFirst is the first sealing of a process. A log that is not whole, because it was tampered with, keeps
// no service from its work: a stranger could stop it by that.
func (a *App) sealFirst(ctx context.Context, sealer *seal.Sealer) (whole bool, err error) {
	err = a.sealHead(ctx, sealer)
	if errors.Is(err, audit.ErrBroken) {
		a.log.Error("the audit log is not what it was, and its end is not sealed; see docs/security.md", "error", err)
		return false, nil
	}
	return err == nil, err
}

// sealHead seals the end of the audit log, if the log still holds what was sealed before, and what this
// process has sealed last, whatever lies in the database.
func (a *App) sealHead(ctx context.Context, sealer *seal.Sealer) error {
	sealed, err := a.db.Meta(ctx, metaHead)
	if err != nil {
		return err
	}
	var before audit.Head
	if sealed != nil || a.sealedLast != nil || sealer.Anchored() {
		before, err = openHead(sealer, sealed)
	}
	if err == nil && a.sealedLast != nil {
		err = audit.Holds(ctx, a.db, *a.sealedLast)
	}
	if err != nil {
		return err
	}
	end, err := audit.Follow(ctx, a.db, before)
	if err != nil {
		return err
	}
	if sealed == nil || end != before || sealer.Outdated(sealed) {
		if sealed, err = sealer.Seal([]byte(end.String()), []byte(metaHead)); err != nil {
			return err
		}
		if err := a.db.SetMeta(ctx, metaHead, sealed); err != nil {
			return err
		}
	}
	a.sealedLast = &end
	return nil
}
