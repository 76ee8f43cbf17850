package postgres_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

func TestATransactionIsReadWhenItIsCommittedAndNotWhenItIsTakenBack(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	write(t, s, `INSERT INTO thing (id) VALUES (1)`, `INSERT INTO thing (id) VALUES (2)`)
	begin(t, s)
	if n, err := s.Change(`UPDATE thing SET i = ?1`, []any{5}); n != 2 || err != nil {
		t.Errorf("%d rows were changed: %v", n, err)
	}
	var seen int
	if err := s.Query(`SELECT sum(i) FROM thing`, nil, func(r engine.Row) error { return r.Scan(&seen) }); err != nil || seen != 10 {
		t.Errorf("it reads %d of its own: %v", seen, err)
	}
	if n := read[int](t, e, `SELECT count(*) FROM thing WHERE i = 5`); n != 0 {
		t.Errorf("others see %d rows before it is committed", n)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	if n := read[int](t, e, `SELECT count(*) FROM thing WHERE i IS NULL`); n != 2 {
		t.Errorf("%d rows are as they were", n)
	}
}

func TestManyStatementsGoAlongWithTheCommit(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	begin(t, s)
	for i := range 1000 {
		if err := s.Exec(`INSERT INTO thing (id) VALUES (?1)`, []any{i}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := read[int](t, e, `SELECT count(*) FROM thing`); n != 1000 {
		t.Errorf("%d rows", n)
	}
}

func TestAnErrorTakesTheWholeTransactionBackAndTheNextOneIsWhole(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	begin(t, s)
	for _, q := range []string{`INSERT INTO thing (id) VALUES (1)`, `INSERT INTO thing (id) VALUES (1)`, `INSERT INTO thing (id) VALUES (2)`} {
		_ = s.Exec(q, nil)
	}
	_, err := s.Commit()
	if err == nil || !strings.Contains(err.Error(), "duplicate key") || e.Trouble(err) != nil {
		t.Errorf("%v", err)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	write(t, s, `INSERT INTO thing (id) VALUES (3)`)
	if n := read[int](t, e, `SELECT sum(id) FROM thing`); n != 3 {
		t.Errorf("what is stored sums up to %d", n)
	}
}

func TestAnErrorOfWhoReadsLeavesTheTransactionWhole(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	begin(t, s)
	mine := errors.New("mine")
	err := s.Query(`SELECT n FROM generate_series(1, 1000) n`, nil, func(engine.Row) error { return mine })
	if !errors.Is(err, mine) {
		t.Fatal(err)
	}
	if err := s.Exec(`INSERT INTO thing (id) VALUES (1)`, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestOneWritesAtATimeOverAllProcesses(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	write(t, writing(t, e), `INSERT INTO thing (id, i) VALUES (1, 0)`)
	const each = 50
	done := make(chan error)
	for range 3 {
		s := writing(t, running(t, url))
		go func() {
			var failed error
			for range each {
				var n int
				_, err := s.Begin()
				if err == nil {
					err = s.Query(`SELECT i FROM thing`, nil, func(r engine.Row) error { return r.Scan(&n) })
				}
				if err == nil {
					err = s.Exec(`UPDATE thing SET i = ?1`, []any{n + 1})
				}
				if err == nil {
					_, err = s.Commit()
				}
				failed = errors.Join(failed, err)
			}
			done <- failed
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := read[int](t, e, `SELECT i FROM thing`); n != 3*each {
		t.Errorf("%d of %d changes are left", n, 3*each)
	}
}

func TestASessionHearsWhatOthersHaveChanged(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	s, other := writing(t, e), writing(t, running(t, url))
	const log = `INSERT INTO change (thing, a) VALUES ('%s', '')`
	commit := func(s engine.Session, thing string) (changed, logged bool) {
		changed = begin(t, s)
		if thing != "" {
			if err := s.Exec(strings.ReplaceAll(log, "%s", thing), nil); err != nil {
				t.Fatal(err)
			}
		}
		logged, err := s.Commit()
		if err != nil {
			t.Fatal(err)
		}
		return changed, logged
	}
	commit(s, "")
	commit(other, "")
	for _, c := range []struct {
		says            string
		by              engine.Session
		logs            string
		changed, logged bool
	}{
		{"nothing", s, "", false, false},
		{"its own is logged", s, "client", false, true},
		{"its own is no change", s, "", false, false},
		{"the other one hears it, once", other, "", true, false},
		{"nothing new", other, "", false, false},
		{"records are logged", other, "record", false, true},
		{"and no change for who writes", s, "", false, false},
		{"beside its own another's is heard", other, "grant", false, true},
		{"with what it logs itself", s, "grant", true, true},
		{"that the other one hears", other, "", true, false},
	} {
		if changed, logged := commit(c.by, c.logs); changed != c.changed || logged != c.logged {
			t.Errorf("%s: changed %t, logged %t", c.says, changed, logged)
		}
	}
}

func TestWhatIsNotAsExpectedTakesTheTransactionBack(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	write(t, s, `INSERT INTO thing (id, i) VALUES (1, 0)`)
	var unmet []int
	expect := func(id int) {
		n, err := s.Expect(`UPDATE thing SET i = i + 1 WHERE id = ?1`, []any{id}, func() { unmet = append(unmet, id) })
		if n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	begin(t, s)
	for _, id := range []int{1, 2, 1, 3} {
		expect(id)
	}
	if _, err := s.Commit(); !errors.Is(err, engine.ErrUnmet) || !slices.Equal(unmet, []int{2, 3}) {
		t.Fatalf("%v, unmet are %v", err, unmet)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	begin(t, s)
	expect(1)
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	var i int
	begin(t, s)
	if err := s.Query(`SELECT i FROM thing`, nil, func(r engine.Row) error { return r.Scan(&i) }); err != nil || i != 1 {
		t.Errorf("%d, %v", i, err)
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
}

// waitsFor returns when somebody waits for a kind of lock.
func waitsFor(t *testing.T, url, kind string) {
	t.Helper()
	conn := connected(t, url)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := 0; n == 0; <-tick.C {
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
			AND wait_event_type = 'Lock' AND wait_event = $1`, kind).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Of what is logged the last 10,000 entries are kept, so that what was changed may be logged no longer when it is
// asked for.
func TestWhoHasNotWrittenForLongHearsThatSomethingWasChanged(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	idle, busy := writing(t, e), writing(t, running(t, url))
	records := func(n int) string {
		return fmt.Sprintf(`INSERT INTO change (thing, a) SELECT 'record', unhex('00') FROM generate_series(1, %d)`, n)
	}
	for _, s := range []engine.Session{idle, busy} {
		begin(t, s)
		if err := s.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		says    string
		logs    []string
		changed bool
	}{
		{"many records", []string{records(9000)}, false},
		{"a grant, and more records than are kept", []string{
			`INSERT INTO change (thing, a, b) VALUES ('grant', unhex('01'), unhex('02'))`, records(12000)}, true},
		{"few records since", []string{records(1)}, false},
	} {
		write(t, busy, c.logs...)
		if changed := begin(t, idle); changed != c.changed {
			t.Errorf("%s: changed %t", c.says, changed)
		}
		if err := idle.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// The library ends a lost connection in the background, and its goodbye is all that may be written to it.
func TestATransactionWhoseConnectionIsLostSendsNothingMore(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	p := before(t, url)
	s := writing(t, running(t, p.url))
	begin(t, s)
	p.loses.Store(allAnswers)
	if _, err := s.Change(`INSERT INTO thing (id) VALUES (1)`, nil); err == nil {
		t.Fatal("a lost answer was none")
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	goodbye, _ := (&pgproto3.Terminate{}).Encode(nil)
	if late := p.sentLate(1); !bytes.Equal(late[0], goodbye) {
		t.Errorf("it was sent %q", late[0])
	}
	write(t, s, `INSERT INTO thing (id) VALUES (2)`)
	if n := read[int](t, e, `SELECT sum(id) FROM thing`); n != 2 {
		t.Errorf("what is stored sums up to %d", n)
	}
}
