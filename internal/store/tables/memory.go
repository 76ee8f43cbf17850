package tables

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// memory keeps rows that were read for those who ask under fence.AsOf (decision 0027). Triggers log each
// change of such a row in the table change, whoever makes it. An answer is given from memory only after
// the log was read up to a moment that is late enough for who asks; what it names is forgotten.
type memory struct {
	// told counts the commits of this process that have logged something.
	told atomic.Int64

	mu         sync.Mutex
	young, old map[named]any
	// weight is that of the young ones, and of those that were forgotten since they are.
	weight int
	// seen is the last change that was read, of a reading that began at readAt, when told was heard.
	seen, heard int64
	readAt      time.Time
}

// named is a row that can be remembered, as the triggers name it.
type named struct{ thing, a, b string }

// generation bounds what is remembered: so many bytes of young rows and as many of old ones. What is asked
// for is young; when there is enough of that, the old ones are forgotten and the young ones are old.
const generation = 12 << 20

// weight is about how many bytes what is remembered takes.
func weight(v any) int {
	switch v := v.(type) {
	case []access.Grant:
		return weighed(v)
	case []listener:
		return weighed(v)
	case listener:
		return weight(v.Subscription)
	case connection.Connection:
		return 800 + len(v.Sealed) + len(v.Description) + 100*len(v.Settings)
	case access.Grant:
		return 500 + 50*len(v.Levels)
	case record.Record:
		return 700 + len(v.Fields) + len(v.Extras)
	case webhook.Subscription:
		return 1000 + len(v.URL) + len(v.Sealed) + len(v.Previous) + filtered(v.Filters)
	case webhook.Receiver:
		return 500 + len(v.URL)
	case access.Client:
		n := 500 + 300*len(v.Secrets) + len(v.Partner.Name) + len(v.Fleet.Name) + len(v.Fleet.Details)
		for _, scope := range v.Scopes {
			n += 20 + len(scope)
		}
		return n
	}
	return 250
}

// weighed is the weight of a list.
func weighed[T any](all []T) int {
	n := 250
	for _, one := range all {
		n += weight(one)
	}
	return n
}

// filtered is the weight of the filters of a subscription.
func filtered(f *webhook.Filters) (n int) {
	if f != nil {
		n = 100 + 16*len(f.FleetIDs)
		for _, ref := range f.FleetRefs {
			n += 20 + len(ref)
		}
	}
	return n
}

// remembered returns what load reads, or what it read before if the row was not changed since.
func remembered[T any](ctx context.Context, db *DB, of named, load func() (T, error)) (v T, err error) {
	at, asked := fence.AskedAsOf(ctx)
	if !asked {
		return load()
	}
	m := &db.memory
	if err = m.follow(ctx, db, at); err != nil {
		return v, err
	}
	known, seen, ok := m.get(of)
	if ok {
		return known.(T), nil
	}
	if v, err = load(); err == nil {
		m.put(of, v, seen)
	}
	return v, err
}

// follow reads the log, unless a reading that began after the time has seen all that this process has
// logged.
func (m *memory) follow(ctx context.Context, db *DB, at time.Time) error {
	m.mu.Lock()
	told, seen, now := m.told.Load(), m.seen, db.now()
	enough := m.heard == told && m.readAt.After(at) && !m.readAt.After(now)
	m.mu.Unlock()
	if enough {
		return nil
	}
	changes, err := list(ctx, db, `SELECT seq, thing, a, b FROM change WHERE seq > ?1 ORDER BY seq`, scanLogged, seen)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	// Of what was logged since the last reading some was deleted unread, or a transaction that was taken back has left a
	// gap, as its numbers are not given again.
	if len(changes) > 0 && changes[0].seq != seen+1 {
		m.young, m.old = nil, nil
	}
	for _, c := range changes {
		if c.unclear() {
			m.young, m.old = nil, nil
		}
		delete(m.young, c.named)
		delete(m.old, c.named)
		m.seen = max(m.seen, c.seq)
	}
	m.heard = max(m.heard, told)
	if now.After(m.readAt) || m.readAt.After(db.now()) {
		m.readAt = now
	}
	return nil
}

// logged is a change of a row.
type logged struct {
	seq int64
	named
}

// unclear tells that a row may be remembered under another name than triggers give it: they name it as it is stored, and
// an engine may store U+0001 and what it cannot hold by escapes that begin with U+0001.
func (c logged) unclear() bool {
	return (c.thing == "client" || c.thing == "revocation") && strings.Contains(c.a, "\x01")
}

func scanLogged(row scanner) (c logged, err error) {
	return c, row.Scan(&c.seq, &c.thing, &c.a, &c.b)
}

// get returns what is remembered of a row, and up to where the log was read.
func (m *memory) get(of named) (v any, seen int64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok = m.young[of]; !ok {
		if v, ok = m.old[of]; ok {
			m.keep(of, v)
		}
	}
	return v, m.seen, ok
}

// put remembers a row that was read after the log had been read up to a place. If the log was read further
// since, it may name a change that this reading missed.
func (m *memory) put(of named, v any, seen int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == seen {
		m.keep(of, v)
	}
}

// keep adds to what is young; mu is held.
func (m *memory) keep(of named, v any) {
	if m.young == nil || m.weight >= generation {
		m.young, m.old, m.weight = make(map[named]any), m.young, 0
	}
	m.young[of] = v
	m.weight += weight(v)
}
