package tables

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// writer is the only one in its process who writes. It takes whatever writes are waiting, runs them in one
// transaction, commits once and answers all; so the wait for the disk is shared by as many as there are. Behind
// a small group nobody waits for a timer (gather).
type writer struct {
	box
	queue   *turns
	session engine.Session
	// outdates is what of known each text outdates that was run.
	outdates map[string]sources
	known    known
	// told counts the commits that have logged changes of what is remembered.
	told *atomic.Int64
	// trouble tells what is wrong with the database by an error.
	trouble func(error) *fence.Trouble
	// watch is told what reading and writing cost; it may be nil.
	watch Watch
	// failed is why a write failed, if that was not the write's own fault; nil once a probe succeeds.
	failed atomic.Pointer[fence.Trouble]
	// moved is why nothing is written any more.
	moved error

	// done is closed at the end, of which ended is the error.
	done  chan struct{}
	ended error
}

// newWriter starts the writer's goroutine, which stop ends.
func newWriter(s engine.Session, trouble func(error) *fence.Trouble, told *atomic.Int64) *writer {
	w := &writer{box: box{packer: newPacker()}, queue: newTurns(), session: s, outdates: map[string]sources{}, trouble: trouble, told: told,
		done: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) stop() error {
	w.queue.close()
	<-w.done
	w.packer.close()
	return w.ended
}

// loop writes until nothing more can come.
func (w *writer) loop() {
	defer close(w.done)
	for group := w.queue.next(); group != nil; group = w.queue.next() {
		w.commit(group)
		w.queue.gather(len(group))
	}
	w.ended = w.session.Close()
}

// doubts is how often a group is run again because of what was expected in it. What was not as expected is asked
// for then, so more than once is rare.
const doubts = 3

// commit runs a group in one transaction. If one of its writes fails, all are rolled back
// and each is run again on its own, so that nobody suffers for another's mistake.
func (w *writer) commit(group []*write) {
	before := doubted(group)
	errs, woken, err := w.try(group)
	for range doubts {
		// What fails behind something that was not as expected may fail for that alone.
		now := doubted(group)
		if errors.Is(err, engine.ErrUnmet) || isOfOne(err) && now > before {
			before = now
			errs, woken, err = w.try(group)
		}
	}
	if len(group) > 1 && isOfOne(err) {
		for _, one := range group {
			w.commit([]*write{one})
		}
		return
	}
	if t := w.trouble(err); t != nil {
		w.failed.Store(t)
		err = t
	}
	for i, one := range group {
		if err != nil {
			one.done <- err
		} else {
			one.done <- errs[i]
		}
	}
	for _, wake := range woken {
		wake()
	}
	w.session.Rest()
}

// doubted counts the writes that wait for their answers.
func doubted(group []*write) (n int) {
	for _, one := range group {
		if one.doubted {
			n++
		}
	}
	return n
}

// isOfOne tells that an error may be that of one write, so that the others can do without it. One that is not
// known to have stored nothing must not be followed by the same once more.
func isOfOne(err error) bool {
	var uncertain *fence.Uncertain
	return err != nil && !errors.Is(err, errNotBegun) && !errors.As(err, &uncertain)
}

// errNotBegun is why a group was not run at all.
var errNotBegun = errors.New("no transaction was begun")

// try runs a group in one transaction. An error means that nothing of it is known to be stored; refused holds
// the refusals of a group that is.
func (w *writer) try(group []*write) (refused []error, woken []func(), err error) {
	defer w.wasCommitted(len(group), time.Now())
	changed, err := w.session.Begin()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errNotBegun, err)
	}
	if changed {
		w.known = known{}
	}
	if err := w.stay(changed); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%w: %w", errNotBegun, err), w.session.Rollback())
	}
	if !w.session.Alone() {
		w.known.numbers = deliveryNumbers{}
		// How a receiver fares is written with each attempt and not logged.
		w.known.forget(subscriptions)
	}
	t := &tx{writer: w, counts: map[countRow]webhook.Count{}}
	refused = make([]error, len(group))
	for i, one := range group {
		t.of = one
		err = one.run(t)
		var r refusal
		if errors.As(err, &r) {
			refused[i], err = err, nil
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = t.saveCounts()
	}
	if err == nil {
		err = t.inserted()
	}
	logged := false
	if err == nil {
		logged, err = w.session.Commit()
	}
	// Before anybody is answered or woken: who reads then must not rely on what was read before.
	if logged {
		w.told.Add(1)
	}
	if err != nil {
		// With the group goes all that was remembered during it.
		w.known = known{}
		return nil, nil, errors.Join(err, w.session.Rollback())
	}
	return refused, t.woken, nil
}
