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
// are known, and that which the service has sealed last, if the key is given. sealed tells whether one was
// looked at.
func VerifyAudit(ctx context.Context, c config.Config, known ...audit.Head) (end audit.Head, sealed bool, err error) {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return end, false, err
	}
	head, sealed, err := sealedHead(ctx, c, db)
	if sealed {
		known = append(known, head)
	}
	if err == nil {
		end, err = verify(ctx, db, known)
	}
	return end, sealed, errors.Join(err, db.Close())
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

// sealedHead returns the end of the log as the service has sealed it last, and false if there is none or
// no key is given.
func sealedHead(ctx context.Context, c config.Config, db store.Store) (audit.Head, bool, error) {
	if _, _, err := c.KeyText(); errors.Is(err, config.ErrNoKey) {
		return audit.Head{}, false, nil
	}
	key, err := keyOf(c)
	if err != nil {
		return audit.Head{}, false, err
	}
	by, err := key.Wrapper()
	if err != nil {
		return audit.Head{}, false, err
	}
	wrapped, err := db.Meta(ctx, metaKeyset)
	if err != nil || wrapped == nil {
		return audit.Head{}, false, err
	}
	sealer, err := seal.Open(by, wrapped)
	if err != nil {
		return audit.Head{}, false, err
	}
	sealed, err := db.Meta(ctx, metaHead)
	if err != nil || sealed == nil {
		return audit.Head{}, false, err
	}
	text, err := sealer.Open(sealed, []byte(metaHead))
	if err != nil {
		return audit.Head{}, false, fmt.Errorf("%w: its sealed head does not open", audit.ErrBroken)
	}
	head, err := audit.ParseHead(string(text))
	return head, err == nil, err
}

// sealHead seals the end of the audit log each minute until ctx ends.
func (a *App) sealHead(ctx context.Context) error {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for last := (audit.Head{}); ; {
		head, err := a.db.AuditHead(ctx)
		if err == nil && head != last && head.Seq > 0 {
			if err = a.keepHead(ctx, head); err == nil {
				last = head
			}
		}
		if err != nil && ctx.Err() == nil {
			a.log.Error("the end of the audit log could not be sealed; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) keepHead(ctx context.Context, head audit.Head) error {
	sealed, err := a.keys.sealer.Seal([]byte(head.String()), []byte(metaHead))
	if err != nil {
		return err
	}
	return a.db.SetMeta(ctx, metaHead, sealed)
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
