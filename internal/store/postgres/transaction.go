package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// ahead is how many statements are kept back, at most, until an answer is needed: the server begins with them
// while the writer goes on.
const ahead = 16

// answerFor is how long is waited for an answer of the server within a transaction. It is longer than what the
// server gives a statement, so that whoever waits for the lock is told by it.
const answerFor = statementFor + 4*time.Second

// errLost is why nothing is sent any more.
var errLost = fmt.Errorf("the connection to the database was lost: %w", net.ErrClosed)

// transaction is one that is open, over a pipeline: what is sent is answered later, in its order. Each part ends
// with a sync, after which a server that waits counts as idle, and ends a transaction that is idle for too long.
type transaction struct {
	link  *link
	texts *texts
	pipe  *pgconn.Pipeline
	// sent and answered count statements; whats are what is done with the answers that are outstanding.
	sent, answered int
	whats          map[int]func(*pgconn.ResultReader) error
	// unsynced and syncs count the statements since the last sync, and the syncs that are not answered.
	unsynced, syncs int
	// expected counts the answers that were told before they were known, and unmet tells that one was another.
	expected int
	unmet    bool
	// held are the claims that hold so far, and asked of which of them that is known.
	held  map[fence.Lane]int64
	asked map[fence.Lane]bool
	// err is the first error of a statement; nothing can be done after it.
	err error
}

func newTransaction(l *link, t *texts) *transaction {
	return &transaction{link: l, texts: t, pipe: l.conn.StartPipeline(context.Background()),
		whats: map[int]func(*pgconn.ResultReader) error{}, held: map[fence.Lane]int64{}, asked: map[fence.Lane]bool{}}
}

// add adds a statement; what is done with its answer when that is read.
func (t *transaction) add(query string, args []any, what func(*pgconn.ResultReader) error) error {
	if t.err == nil && t.link.conn.IsClosed() {
		// The library says goodbye on it in the background, over the same buffer.
		t.fail(errLost)
	}
	if t.err != nil {
		return t.err
	}
	p, err := t.prepare(query)
	if err != nil {
		return err
	}
	b, err := bind(p.ParamOIDs, args)
	if err != nil {
		return fmt.Errorf("%w, in %s", err, query)
	}
	p.send(t.pipe, b)
	if what != nil {
		t.whats[t.sent] = what
	}
	t.sent++
	if t.unsynced++; t.unsynced >= ahead {
		return t.sync()
	}
	return nil
}

// prepare readies a text; one that is new is asked about first.
func (t *transaction) prepare(query string) (prepared, error) {
	if p, ok := t.link.ready(t.texts, query, true); ok {
		return p, nil
	}
	name, text := t.link.nameOf(true), t.texts.native(query)
	t.pipe.SendPrepare(name, text, nil)
	if err := t.sync(); err != nil {
		return prepared{}, err
	}
	about, err := t.settle()
	if err != nil {
		return prepared{}, err
	}
	if about == nil {
		return prepared{}, t.fail(errors.New("the server has not told the types of a statement"))
	}
	about.Name, about.SQL = name, text
	return t.link.keep(t.texts, query, about, true), nil
}

// expect adds a statement of which what tells, later, whether its answer is what was told.
func (t *transaction) expect(query string, args []any, what func(*pgconn.ResultReader) (met bool, err error)) error {
	t.expected++
	return t.add(query, args, func(r *pgconn.ResultReader) error {
		met, err := what(r)
		t.unmet = t.unmet || err == nil && !met
		return err
	})
}

// ask adds a statement and waits for its answer.
func (t *transaction) ask(query string, args []any, what func(*pgconn.ResultReader) error) error {
	var failed error
	err := t.add(query, args, func(r *pgconn.ResultReader) error {
		failed = what(r)
		return nil
	})
	if err == nil {
		err = t.answers()
	}
	if err == nil {
		err = failed
	}
	return err
}

// answers waits for all answers.
func (t *transaction) answers() error {
	if t.unsynced > 0 {
		if err := t.sync(); err != nil {
			return err
		}
	}
	_, err := t.settle()
	return err
}

// sync sends what was added.
func (t *transaction) sync() error {
	t.unsynced = 0
	t.syncs++
	_ = t.link.conn.Conn().SetDeadline(time.Now().Add(answerFor))
	if err := t.pipe.Sync(); err != nil {
		return t.fail(err)
	}
	return nil
}

// settle reads all answers that are outstanding. about is the last description that was asked for.
func (t *transaction) settle() (about *pgconn.StatementDescription, _ error) {
	for t.syncs > 0 {
		_ = t.link.conn.Conn().SetDeadline(time.Now().Add(answerFor))
		answer, err := t.pipe.GetResults()
		if err == nil && answer == nil {
			err = errors.New("the server has not answered all that it was asked")
			t.syncs = 0
		}
		switch a := answer.(type) {
		case *pgconn.PipelineSync:
			t.syncs--
		case *pgconn.StatementDescription:
			about = a
		case *pgconn.ResultReader:
			err = t.answer(a)
		}
		if err != nil {
			t.fail(err)
			if t.link.conn.IsClosed() {
				break
			}
		}
	}
	return about, t.err
}

func (t *transaction) answer(r *pgconn.ResultReader) (err error) {
	n := t.answered
	if what := t.whats[n]; what != nil && t.err == nil {
		delete(t.whats, n)
		err = what(r)
	}
	if _, failed := r.Close(); failed != nil {
		return failed
	}
	t.answered++
	return err
}

// fail notes the first error.
func (t *transaction) fail(err error) error {
	if t.err == nil {
		t.err = err
	}
	return t.err
}

// end gives the connection back.
func (t *transaction) end() { _ = t.pipe.Close() }

// rows is what tells each the rows of an answer.
func rows(each func(engine.Row) error) func(*pgconn.ResultReader) error {
	return func(r *pgconn.ResultReader) error {
		for r.NextRow() {
			if err := each(row{r.FieldDescriptions(), r.Values()}); err != nil {
				return err
			}
		}
		return nil
	}
}
