package postgres_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestACommitWhoseAnswerIsLostIsFoundOut(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	p := before(t, url)
	s := writing(t, running(t, p.url))
	for id, c := range map[int]struct {
		loses  int32
		stored bool
	}{2: {theAnswer, true}, 3: {theRequest, false}} {
		// On a new connection its statements are prepared before.
		write(t, s)
		begin(t, s)
		if _, err := s.Change(`INSERT INTO thing (id) VALUES (?1)`, []any{id}); err != nil {
			t.Fatal(err)
		}
		p.loses.Store(c.loses)
		if _, err := s.Commit(); (err == nil) != c.stored {
			t.Errorf("row %d: %v", id, err)
		}
		if err := s.Rollback(); err != nil {
			t.Fatal(err)
		}
		if n := read[int](t, e, `SELECT count(*) FROM thing WHERE id = ?1`, id); (n == 1) != c.stored {
			t.Errorf("row %d is there %d times", id, n)
		}
	}
	if changed := begin(t, s); !changed {
		t.Error("over another connection nothing may have changed")
	}
	if _, err := s.Commit(); err != nil {
		t.Error(err)
	}
}

func TestACommitOfWhichTheDatabaseCannotTellIsNeitherDoneNorFailed(t *testing.T) {
	t.Parallel()
	for says, asked := range map[string]bool{"when it was asked to commit": true, "and has failed when it was not": false} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			_, url := fresh(t)
			p := before(t, url)
			s := writing(t, running(t, p.url))
			if asked {
				// What comes first in a commit needs an answer of its own on a connection that has made none.
				write(t, s)
			}
			begin(t, s)
			if _, err := s.Change(`INSERT INTO thing (id) VALUES (1)`, nil); err != nil {
				t.Fatal(err)
			}
			p.refuses.Store(true)
			p.loses.Store(theAnswer)
			_, err := s.Commit()
			var uncertain *fence.Uncertain
			if err == nil || errors.As(err, &uncertain) != asked {
				t.Errorf("%v", err)
			}
		})
	}
}

// outcomes are what was told of rows.
type outcomes struct{ done, failed, uncertain []int }

// writeOn writes rows until it is told to stop. wait is how long it rests after an error.
func writeOn(s engine.Session, stop *atomic.Bool) (o outcomes) {
	for id := 0; !stop.Load(); id++ {
		_, err := s.Begin()
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		for i := range 3 {
			if err == nil {
				err = s.Exec(`INSERT INTO thing (id, i) VALUES (?1, ?2)`, []any{10*id + i, id})
			}
		}
		if err == nil {
			_, err = s.Commit()
		}
		var uncertain *fence.Uncertain
		switch {
		case err == nil:
			o.done = append(o.done, id)
		case errors.As(err, &uncertain):
			o.uncertain = append(o.uncertain, id)
		default:
			o.failed = append(o.failed, id)
		}
		_ = s.Rollback()
	}
	return o
}

// judge compares what was told with what is stored.
func (o outcomes) judge(t *testing.T, stored map[int]int) {
	t.Helper()
	for _, id := range o.done {
		if stored[id] != 3 {
			t.Errorf("%d was stored and is there in %d of 3 parts", id, stored[id])
		}
	}
	for _, id := range o.failed {
		if stored[id] != 0 {
			t.Errorf("%d has failed and is there in %d parts", id, stored[id])
		}
	}
	t.Logf("%d done, %d failed, %d uncertain", len(o.done), len(o.failed), len(o.uncertain))
}

func storedIn(t *testing.T, url string) map[int]int {
	t.Helper()
	stored := map[int]int{}
	err := running(t, url).Query(t.Context(), engine.Kept, `SELECT i, count(*) FROM thing GROUP BY i`, nil, func(r engine.Row) error {
		var id, n int
		err := r.Scan(&id, &n)
		stored[id] = n
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestWhatIsToldOfACommitIsTrueWhateverEndsItsConnection(t *testing.T) {
	t.Parallel()
	for says, harm := range map[string]func(t *testing.T, s *postgrestest.Server, url string){
		"the server is killed": func(t *testing.T, s *postgrestest.Server, url string) {
			if err := errors.Join(s.Kill(), s.Start(t.Context())); err != nil {
				t.Fatal(err)
			}
		},
		"its process is ended": func(t *testing.T, _ *postgrestest.Server, url string) {
			conn := connected(t, url)
			for range 10 {
				if _, err := conn.Exec(t.Context(), `SELECT pg_terminate_backend(pid), pg_sleep(0.03) FROM pg_stat_activity
					WHERE application_name = 'waybill'`); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			server := postgrestest.New(t, postgrestest.Options{Durable: true})
			url := database(t, server)
			s := writing(t, running(t, url))
			var stop atomic.Bool
			told := make(chan outcomes)
			go func() { told <- writeOn(s, &stop) }()
			for range 4 {
				time.Sleep(300 * time.Millisecond)
				harm(t, server, url)
			}
			stop.Store(true)
			o := <-told
			if len(o.done) == 0 {
				t.Error("nothing was done in between")
			}
			o.judge(t, storedIn(t, url))
		})
	}
}

func TestAProcessThatIsPausedInATransactionDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	paused := writing(t, e)
	begin(t, paused)
	if _, err := paused.Change(`INSERT INTO thing (id) VALUES (1)`, nil); err != nil {
		t.Fatal(err)
	}
	s := writing(t, running(t, url))
	write(t, s, `INSERT INTO thing (id) VALUES (2)`)
	_, err := paused.Commit()
	if err == nil {
		t.Error("a transaction that was ended was committed")
	}
	if trouble := e.Trouble(err); trouble == nil || trouble.Lost {
		t.Errorf("%v", err)
	}
	if n := read[int](t, e, `SELECT sum(id) FROM thing`); n != 2 {
		t.Errorf("what is stored sums up to %d", n)
	}
	if err := paused.Rollback(); err != nil {
		t.Fatal(err)
	}
	write(t, paused, `INSERT INTO thing (id) VALUES (3)`)
}
