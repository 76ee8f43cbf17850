package postgres

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// A lock is a row that its process renews, and free once the process has not done so for a lease, by the
// database's clock. An advisory lock would do the same with a connection for each lock that is held, which are as
// many as connections refresh their tokens at once; it would be lost with that connection while its holder goes
// on; and a process that is paused would hold it as long as it is.
const (
	lease = 4 * time.Second
	// A lock that another process holds is tried again after a while that doubles up to the longest one.
	firstTry, longestTry = 20 * time.Millisecond, 500 * time.Millisecond
)

// leases are the locks that this process holds, and those in it who wait for one: of these one alone asks the
// database.
type leases struct {
	owner uuid.UUID
	mu    sync.Mutex
	turns map[uuid.UUID]*turn
}

// turn is there while somebody holds a lock or waits for it. taken is full while one does the first or asks for it.
type turn struct {
	taken chan struct{}
	users int
	held  bool
}

func (l *leases) begin() { l.owner, l.turns = uuid.New(), map[uuid.UUID]*turn{} }

// Lock returns when nobody else holds the lock of an id.
func (e *Engine) Lock(ctx context.Context, id uuid.UUID) (unlock func(), err error) {
	l := &e.leases
	mine := l.enter(id)
	select {
	case mine.taken <- struct{}{}:
	case <-ctx.Done():
		l.leave(id, mine)
		return nil, ctx.Err()
	}
	if err := e.take(ctx, id); err != nil {
		<-mine.taken
		l.leave(id, mine)
		return nil, err
	}
	l.hold(mine, true)
	return sync.OnceFunc(func() {
		l.hold(mine, false)
		// One that cannot be given back is free after its lease.
		_ = e.give(id)
		<-mine.taken
		l.leave(id, mine)
	}), nil
}

func (l *leases) enter(id uuid.UUID) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.turns[id] == nil {
		l.turns[id] = &turn{taken: make(chan struct{}, 1)}
	}
	l.turns[id].users++
	return l.turns[id]
}

func (l *leases) leave(id uuid.UUID, t *turn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.users--; t.users == 0 {
		delete(l.turns, id)
	}
}

func (l *leases) hold(t *turn, held bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.held = held
}

// held are the locks that this process holds.
func (l *leases) held() (all []uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, t := range l.turns {
		if t.held {
			all = append(all, id)
		}
	}
	return all
}

// take asks for a lock until it is this process's.
func (e *Engine) take(ctx context.Context, id uuid.UUID) error {
	for wait := firstTry; ; wait = min(2*wait, longestTry) {
		mine := false
		err := e.query(ctx, e.own, reading{`INSERT INTO lock (id, owner, until) VALUES (?1, ?2, ` + databaseNow + ` + ?3)
			ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, until = excluded.until
			WHERE lock.until <= ` + databaseNow + ` OR lock.owner = excluded.owner RETURNING 1`,
			[]any{id[:], e.leases.owner[:], lease.Microseconds()},
			func(engine.Row) error { mine = true; return nil }, true})
		if err != nil {
			// It may be there all the same; if it cannot be given back either it is free after its lease.
			_ = e.give(id)
			return err
		}
		if mine {
			return nil
		}
		again := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			again.Stop()
			return ctx.Err()
		case <-e.ends.Done():
			again.Stop()
			return engine.ErrClosed
		case <-again.C:
		}
	}
}

func none(engine.Row) error { return nil }

func (e *Engine) give(id uuid.UUID) error {
	ctx, cancel := context.WithTimeout(context.Background(), lease)
	defer cancel()
	return e.query(ctx, e.own, reading{`DELETE FROM lock WHERE id = ?1 AND owner = ?2`,
		[]any{id[:], e.leases.owner[:]}, none, true})
}

// renew keeps the locks that are held for another lease, and no others: a row that could not be given back ends with its
// own. One that somebody else has taken meanwhile, after this process was paused for longer than that, is left to them.
func (e *Engine) renew(ctx context.Context) error {
	held := e.leases.held()
	if len(held) == 0 {
		return nil
	}
	ids := make([]string, len(held))
	for i, id := range held {
		ids[i] = hex.EncodeToString(id[:])
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return e.query(ctx, e.own, reading{`UPDATE lock SET until = ` + databaseNow + ` + ?2
		WHERE owner = ?1 AND id IN (SELECT unhex(value) FROM json_each(?3))`,
		[]any{e.leases.owner[:], lease.Microseconds(), string(list)}, none, true})
}

// giveAll gives back what is held at the end; what it cannot give back is free after its lease.
func (e *Engine) giveAll() {
	if len(e.leases.held()) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cancelFor)
	defer cancel()
	_, _ = e.own.Exec(ctx, `DELETE FROM lock WHERE owner = $1`, e.leases.owner[:])
}
