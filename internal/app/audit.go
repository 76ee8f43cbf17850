package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
)

// EachEntry calls with every entry of the audit log behind a number, oldest first.
func EachEntry(ctx context.Context, c config.Config, after int64, call func(audit.Entry) error) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	err = audit.Pages(ctx, db, after, func(page []audit.Entry) error {
		for _, e := range page {
			if err := call(e); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// VerifyAudit follows the chain of the audit log and returns its head. The log must hold the heads that
// are known, and that which the service has sealed last. unseen says why that one was not looked at; it
// is "" if it was.
func VerifyAudit(ctx context.Context, c config.Config, known ...audit.Head) (end audit.Head, unseen string, err error) {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return end, "", err
	}
	head, unseen, err := sealedHead(ctx, c, db)
	if err == nil && unseen == "" && head.Seq > 0 {
		known = append(known, head)
	}
	if err == nil {
		end, err = verify(ctx, db, known)
	}
	return end, unseen, errors.Join(err, guarded(ctx, db), db.Close())
}

// guarded tells whether the database itself still keeps entries from being changed.
func guarded(ctx context.Context, log audit.Log) error {
	whole, err := log.Guarded(ctx)
	if err == nil && !whole {
		err = fmt.Errorf("%w: the triggers that let its table only be appended to are not as the release made them",
			audit.ErrBroken)
	}
	return err
}

// verify follows the whole chain to its end.
func verify(ctx context.Context, log audit.Log, known []audit.Head) (audit.Head, error) {
	end, err := audit.Follow(ctx, log, audit.Head{})
	for _, head := range known {
		if err == nil {
			err = audit.Holds(ctx, log, head)
		}
	}
	return end, err
}

// noteStart logs that the service was started, with which settings.
func (a *App) noteStart(ctx context.Context) error {
	e, _, err := audit.Compare(config.Default().Facts(), a.config.Facts())
	if err != nil {
		return err
	}
	e.Action, e.Object = "started", "service"
	return a.db.Note(ctx, e)
}
