package record

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Orphans settles what deleted connections have left. A connection stands among those to be settled
// from the transaction on in which it is deleted, in which anything more is saved by it, or in which
// its fleet connects to the same account again.
type Orphans interface {
	// Left receives once something is left to settle since it was last looked at. It may stay silent
	// about what a process beside this one has left.
	Left() <-chan struct{}
	// Leaving lists the deleted connections that stand to be settled.
	Leaving(ctx context.Context) ([]uuid.UUID, error)
	// SettleOrphans settles some of the records that a deleted connection has ever reached, those
	// behind a place, as Orphan.Settle decides, and returns the place behind them; 0 says that all
	// are settled, and that the connection is no more among those to be.
	SettleOrphans(ctx context.Context, connection uuid.UUID, behind int64, at time.Time) (next int64, err error)
}

// Orphan is a record that a deleted connection has reached.
type Orphan struct {
	// Own tells that the deleted connection brought the record's last change, and Lost that it had
	// lost the record, at the TSP or by an earlier settling.
	Own, Lost bool
	// Log tells that the record is an event. Deleted: it is marked as deleted.
	Log, Deleted bool
	// Reached are the fleet's connections that reach the record, deleted ones left out, and Account
	// those of the fleet to the record's account, any that has ended left out.
	Reached, Account []uuid.UUID
}

// Settlement is what becomes of an orphan.
type Settlement struct {
	// Heir is the connection that the record belongs to from now on; zero leaves that as it is.
	Heir uuid.UUID
	// Adopted tells that the heir reaches the record from now on, and that it is there.
	Adopted bool
	// Deleted tells that the record is marked as deleted from now on: nobody reaches it.
	Deleted bool
}

// Settle decides what becomes of the record. It belongs to who reaches it. Where nobody does, a
// connection to the same account takes it over: its imports find out whether it is still there, and
// what happened once stays so, also where the record was marked as deleted meanwhile. Whatever else
// the TSP had is brought back by an import alone.
func (o Orphan) Settle() Settlement {
	switch {
	case len(o.Reached) > 0:
		if o.Own {
			return Settlement{Heir: o.Reached[0]}
		}
	case len(o.Account) > 0 && (o.Log || !o.Lost && !o.Deleted):
		return Settlement{Heir: o.Account[0], Adopted: true}
	case !o.Deleted:
		return Settlement{Deleted: true}
	}
	return Settlement{}
}

// Change is what events tell of the record once it is settled.
func (o Orphan) Change(s Settlement) Change {
	switch {
	case s.Deleted:
		return Removed
	case s.Adopted && o.Deleted:
		return Added
	}
	return ""
}

// orphanTime is after how long it is looked for what nobody has told of, or could not be settled.
const orphanTime = 2 * time.Second

// WatchOrphans settles what deleted connections have left, beside all other work and in portions,
// until ctx ends. What an end cuts off is settled by the next start.
func WatchOrphans(ctx context.Context, in Orphans, now func() time.Time, log *slog.Logger) error {
	tick := time.NewTicker(orphanTime)
	defer tick.Stop()
	for {
		if err := settleOrphans(ctx, in, now); err != nil && ctx.Err() == nil {
			log.Warn("records of deleted connections could not be settled; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-in.Left():
		case <-tick.C:
		}
	}
}

func settleOrphans(ctx context.Context, in Orphans, now func() time.Time) error {
	leaving, err := in.Leaving(ctx)
	if err != nil {
		return err
	}
	for _, connection := range leaving {
		for behind, more := int64(0), true; more; more = behind > 0 {
			if behind, err = in.SettleOrphans(ctx, connection, behind, now().UTC().Truncate(time.Microsecond)); err != nil {
				return err
			}
		}
	}
	return nil
}
