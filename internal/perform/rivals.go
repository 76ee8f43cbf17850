package perform

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// rivalling tells whether writes of a kind bear no mark of their operation at some TSP. Stores
// answer Rivals by the same kinds.
func rivalling(k resource.Kind) bool {
	return k == resource.KindMessage || k == resource.KindGroupMessage || k == resource.KindDvirLog
}

// rivals returns how a look-up of a write learns of the other operations that may have left the
// same; nil for kinds that have none.
func (w *Writes) rivals(op operation.Operation, write tsp.Write) tsp.Rivals {
	if !rivalling(op.Kind) {
		return nil
	}
	return func(ctx context.Context, since time.Time) ([]tsp.Rival, error) {
		ops, err := w.c.Progress.Rivals(ctx, op.Connection, since)
		if err != nil {
			return nil, &tsp.Error{Class: tsp.Unavailable, Message: "equal writes could not be looked up", Err: err}
		}
		var all []tsp.Rival
		for _, other := range ops {
			if other.ID == op.ID {
				continue
			}
			// One that cannot be read cannot be compared either, and would make the count wrong.
			r, err := w.rival(other)
			if err != nil {
				return nil, &tsp.Error{Class: tsp.Broken, Message: "an equal write could not be read", Err: err}
			}
			r.Twin = !r.UnderWay && !other.State.Ended() && !other.Sync && twins(r, write)
			r.Earlier = other.Seq < op.Seq
			all = append(all, r)
		}
		return all, nil
	}
}

// twins tells whether two writes are of one kind and for the same recipients. A group's message and
// one to a single driver may share a text, but not what becomes of them.
func twins(r tsp.Rival, w tsp.Write) bool {
	return r.Capability == w.Capability && maps.EqualFunc(r.Refs, w.Refs, slices.Equal)
}

// rival is another operation as an adapter compares it. Where its end is open, what it made may
// come until now.
func (w *Writes) rival(op operation.Operation) (tsp.Rival, error) {
	write, err := w.read(&task{op: op})
	r := tsp.Rival{Operation: op.ID, Capability: write.Capability, Payload: write.Payload, Refs: write.Refs, SourceID: op.SourceID,
		Collection: op.Collection, SentAt: op.SentAt, EndedAt: op.UpdatedAt, Certain: op.State == operation.Succeeded,
		UnderWay: op.State == operation.Sending && !w.looking.is(op.ID)}
	// What was resolved by hand was made before, or not at all.
	if op.Resolution != nil {
		r.EndedAt = op.Resolution.CutAt
	}
	if !op.State.Ended() {
		r.EndedAt = w.c.Now()
	}
	// An id of our own making is none that the TSP could show.
	if r.SourceID == record.Synthetic(op.ID) {
		r.SourceID = ""
	}
	return r, err
}

// claims are what operations have adopted whose end is not stored yet. Those of other replicas are told by the store's
// locks.
type claims struct {
	locks connection.Locks
	mu    sync.Mutex
	by    map[claim]*adoption
}

// claim is an id that a TSP gave.
type claim struct {
	tsp        tsp.Name
	account    string
	collection string
	id         resource.SourceID
}

// adoption is whose a claim is, and how other replicas are let in.
type adoption struct {
	by     uuid.UUID
	unlock func()
}

// claimTime is how long it is waited for another replica that holds a claim.
const claimTime = 100 * time.Millisecond

// take tells whether an operation holds a claim: unless another was faster, it does. Its error means that other replicas
// could not be asked: one of them may hold it.
func (c *claims) take(ctx context.Context, of claim, op uuid.UUID) (bool, error) {
	c.mu.Lock()
	one, taken := c.by[of]
	if !taken {
		one = &adoption{by: op, unlock: func() {}}
		c.by[of] = one
	}
	c.mu.Unlock()
	if taken || c.locks == nil {
		return one.by == op, nil
	}
	ctx, cancel := context.WithTimeout(ctx, claimTime)
	defer cancel()
	unlock, err := c.locks.LockConnection(ctx, of.lock())
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		delete(c.by, of)
		return false, err
	}
	one.unlock = unlock
	return true, nil
}

// lock is the id of the claim's lock.
func (of claim) lock() uuid.UUID {
	return uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "adopted\x00%s\x00%s\x00%s\x00%s", of.tsp, of.account, of.collection, of.id))
}

// release ends the claims of an operation whose attempt is stored.
func (c *claims) release(op uuid.UUID) {
	var unlock []func()
	c.mu.Lock()
	maps.DeleteFunc(c.by, func(_ claim, one *adoption) bool {
		if one.by == op {
			unlock = append(unlock, one.unlock)
		}
		return one.by == op
	})
	c.mu.Unlock()
	// The store may be asked for that, for which no other operation waits.
	for _, free := range unlock {
		free()
	}
}
