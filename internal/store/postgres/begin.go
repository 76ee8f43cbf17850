package postgres

import (
	"errors"
	"time"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

// What the server does about a transaction that takes long, so that no process holds up the others: one that
// waits for the lock, one that runs a statement, and one that waits for its process, which may be paused.
const (
	lockFor      = 8 * time.Second
	statementFor = 8 * time.Second
	idleFor      = 3 * time.Second
)

// The texts of a transaction. Its lock is one for all processes, and held until its end. A server that is set to
// answer before it has written to its disk writes first for Waybill.
const (
	writerLock = `7523094288207667820`
	beginText  = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`
	lockText   = `SELECT set_config('lock_timeout', ?1, true), set_config('statement_timeout', ?2, true),
		set_config('idle_in_transaction_session_timeout', ?3, true), set_config('synchronous_commit',
		CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true),
		pg_advisory_xact_lock(` + writerLock + `)`
	changedText = `SELECT coalesce(min(seq), 0), coalesce(max(seq), 0), count(CASE WHEN thing <> 'record' THEN 1 END),
		(SELECT coalesce(max(n), 0) FROM writer) FROM change WHERE seq > ?1`
)

func lockArgs() []any {
	return []any{lockFor.String(), statementFor.String(), idleFor.String()}
}

// Begin begins a transaction beside which nobody writes. A connection that turns out to be dead is replaced once.
func (s *session) Begin() (changed bool, err error) {
	for again := true; ; again = false {
		if err := s.connect(s.engine.ends); err != nil {
			return false, err
		}
		changed, err = s.begin()
		if err == nil {
			return changed, nil
		}
		s.drop()
		if !again || !dead(err) {
			return false, err
		}
	}
}

func (s *session) begin() (changed bool, err error) {
	t := newTransaction(s.link, &s.engine.texts)
	s.tx = t
	var first, last, others, n int64
	err = errors.Join(t.add(beginText, nil, nil), t.add(lockText, lockArgs(), nil))
	if err == nil {
		err = t.ask(changedText, []any{s.seen},
			rows(func(r engine.Row) error { return r.Scan(&first, &last, &others, &n) }))
	}
	if err != nil {
		return false, err
	}
	// The table is bounded: where its entries do not follow what was seen, any may have been among those between.
	changed = others > 0 || first > s.seen+1 || s.renewed
	s.alone = n == s.committed && !s.renewed
	s.n = n + 1
	s.seen, s.renewed = max(s.seen, last), false
	return changed, nil
}
