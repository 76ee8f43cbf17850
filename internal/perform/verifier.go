package perform

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
)

// Records are read back again beside the lanes, so that no write waits for it. Connections have turns of the same length.
const (
	verifyEvery = time.Second
	// verifyTurn is how long records of a connection are read until others have their turn.
	verifyTurn = 10 * time.Second
	// verifiedOfOne and verifiedAtOnce bound the records of a connection, and the connections, that are read at once.
	verifiedOfOne  = 4
	verifiedAtOnce = 32
)

// Verify reads back what is due until ctx ends. What is due is in the store, so whoever does this next goes on with it.
func (w *Writes) Verify(ctx context.Context) error {
	v := &verifier{Writes: w, at: map[uuid.UUID]bool{}}
	defer v.all.Wait()
	tick := time.NewTicker(verifyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := v.begin(ctx); err != nil && ctx.Err() == nil {
			w.c.Log.Error("records that are to be read back could not be looked for; it is tried again", "error", err)
		}
	}
}

// verifier is at connections whose records are read.
type verifier struct {
	*Writes
	all sync.WaitGroup

	mu sync.Mutex
	at map[uuid.UUID]bool
	// last is the connection that began last: those behind it come next.
	last uuid.UUID
}

// begin begins the turns of connections for which there is room.
func (v *verifier) begin(ctx context.Context) error {
	waiting, err := v.c.Verifications.Verifying(ctx, v.c.Now())
	if err != nil {
		return fmt.Errorf("listing the connections: %w", err)
	}
	slices.SortFunc(waiting, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	behind := slices.IndexFunc(waiting, func(id uuid.UUID) bool { return slices.Compare(id[:], v.last[:]) > 0 })
	if behind > 0 {
		waiting = slices.Concat(waiting[behind:], waiting[:behind])
	}
	for _, id := range waiting {
		if !v.enter(id) {
			continue
		}
		v.last = id
		v.all.Go(func() {
			defer v.leave(id)
			if err := v.turn(ctx, id); err != nil && ctx.Err() == nil {
				v.c.Log.Error("records could not be read back; it is tried again", "connection_id", id, "error", err)
			}
		})
	}
	return nil
}

func (v *verifier) enter(id uuid.UUID) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.at[id] || len(v.at) == verifiedAtOnce {
		return false
	}
	v.at[id] = true
	return true
}

func (v *verifier) leave(id uuid.UUID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.at, id)
}

// turn reads records of a connection until none is due, or its time is over.
func (v *verifier) turn(ctx context.Context, id uuid.UUID) error {
	for until := v.c.Now().Add(verifyTurn); v.c.Now().Before(until) && ctx.Err() == nil; {
		due, err := v.c.Verifications.Due(ctx, id, v.c.Now(), verifiedOfOne)
		if err != nil || len(due) == 0 {
			return err
		}
		errs := make([]error, len(due))
		var all sync.WaitGroup
		for i, op := range due {
			all.Go(func() { errs[i] = v.verify(ctx, op) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

// verify reads the record of an operation that is due, and says what that tells or when it is due next.
func (w *Writes) verify(ctx context.Context, op operation.Operation) error {
	now, until := w.c.Now(), op.VerifyAt
	if op.Verification != nil && op.Verification.Until != nil {
		until = time.Time(*op.Verification.Until)
	}
	told := operation.NewVerification(operation.Unverifiable, "the record could not be read in time").Behind(op.Verification)
	if !now.After(until.Add(lookGrace)) {
		var err error
		if told, err = w.lookAgain(ctx, op, !now.Before(until)); err != nil {
			return err
		}
	}
	next := time.Time{}
	if op.Verification = told; told.Status == operation.Unverified {
		now = w.c.Now()
		if next = now.Add(max(now.Sub(op.UpdatedAt), firstPause)); next.After(until) && until.After(now) {
			next = until
		}
		next = stored(next)
	}
	err := w.c.Verifications.Verified(ctx, op, next)
	if errors.Is(err, fence.ErrOvertaken) {
		return nil
	}
	return err
}

// verifyNow reads the record of a sync write until it tells, as long as its caller may wait. What it does not find out is
// due then.
func (w *Writes) verifyNow(ctx context.Context, op operation.Operation) operation.Operation {
	done, next := op, op.VerifyAt
	for told := range w.looks(ctx, op) {
		if done.Verification = told.Behind(done.Verification); told.Status != operation.Unverified {
			next = time.Time{}
			break
		}
	}
	if done.Verification == op.Verification {
		return op
	}
	if err := w.c.Verifications.Verified(ctx, done, next); err != nil {
		w.c.Log.Error("what was read back could not be stored; it is read again", "operation_id", op.ID, "error", err)
		return op
	}
	return done
}

// looks are what the readings tell that are made while the caller of a sync write may wait.
func (w *Writes) looks(ctx context.Context, op operation.Operation) iter.Seq[*operation.Verification] {
	return func(yield func(*operation.Verification) bool) {
		end := op.UpdatedAt.Add(syncLooks)
		looking, stop := context.WithTimeout(ctx, end.Sub(w.c.Now()))
		defer stop()
		for pause := firstPause / 4; !w.c.Now().Add(pause).After(end); pause *= 2 {
			look := time.NewTimer(pause)
			select {
			case <-look.C:
			case <-w.over:
				look.Stop()
				return
			}
			told, err := w.lookAgain(looking, op, false)
			if err != nil && looking.Err() == nil {
				w.c.Log.Error("a record could not be read back; it is tried again", "operation_id", op.ID, "error", err)
			}
			if err != nil || !yield(told) {
				return
			}
		}
	}
}
