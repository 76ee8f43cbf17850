package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
)

// auditPage bounds how many entries are in memory at once.
const auditPage = 1000

// EachEntry calls with every entry of the audit log behind a number, oldest first.
func EachEntry(ctx context.Context, c config.Config, after int64, call func(audit.Entry) error) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	err = pages(ctx, db, after, func(page []audit.Entry) error {
		for _, e := range page {
			if err := call(e); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

func pages(ctx context.Context, log audit.Log, after int64, call func([]audit.Entry) error) error {
	for {
		page, err := log.Entries(ctx, after, auditPage)
		if err != nil {
			return fmt.Errorf("reading the audit log: %w", err)
		}
		if err := call(page); err != nil || len(page) < auditPage {
			return err
		}
		after = page[len(page)-1].Seq
	}
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
		err = fmt.Errorf("%w: the triggers that let its table only be appended to are not as the release made them", audit.ErrBroken)
	}
	return err
}

// verify also finds what was cut off behind the log's end.
func verify(ctx context.Context, log audit.Log, known []audit.Head) (end audit.Head, err error) {
	held := map[int64]string{}
	for _, head := range known {
		held[head.Seq] = ""
	}
	err = pages(ctx, log, 0, func(page []audit.Entry) (err error) {
		end, err = end.Verify(page)
		for _, e := range page {
			if _, asked := held[e.Seq]; asked {
				held[e.Seq] = e.Hash
			}
		}
		return err
	})
	for _, head := range known {
		switch hash := held[head.Seq]; {
		case err != nil:
		case hash == "":
			err = fmt.Errorf("%w: it ends with entry %d, and once held entry %d", audit.ErrBroken, end.Seq, head.Seq)
		case hash != head.Hash:
			err = fmt.Errorf("%w: entry %d is another than it once was, so all before it may be", audit.ErrBroken, head.Seq)
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
