package job_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
)

// work has a job worked on until its end by two services at once, each of which dies now and then at any moment.
func (y *yard) work(id uuid.UUID) job.Job {
	y.t.Helper()
	ctx, end := context.WithTimeout(y.t.Context(), time.Minute)
	defer end()
	var all sync.WaitGroup
	ended := func() bool {
		j, err := y.Job(ctx, partner, id)
		return err == nil && j.State.Ended()
	}
	for range 2 {
		all.Go(func() {
			for ctx.Err() == nil && !ended() {
				y.mu.Lock()
				lives := time.Duration(y.rand.IntN(20)) * time.Millisecond
				y.mu.Unlock()
				life, die := context.WithTimeout(ctx, lives)
				for s := y.service(); life.Err() == nil && !ended(); {
					s.Round(life)
				}
				die()
			}
		})
	}
	all.Wait()
	j, err := y.Job(y.t.Context(), partner, id)
	if err != nil || !j.State.Ended() {
		y.t.Fatalf("it has not ended: %+v, %v", j, err)
	}
	return j
}

// make asks for a job.
func (y *yard) make(of job.Of, body string) job.Job {
	y.t.Helper()
	j, _, err := y.service().Create(y.t.Context(), job.Request{Partner: partner, Client: "tms", Of: of, Body: []byte(body)})
	if err != nil {
		y.t.Fatal(err)
	}
	return j
}

func TestACancelIsDecidedOfEachOnceWhateverDies(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			y := newYard(t, seed)
			y.loses = 20
			conns := []uuid.UUID{{1}, {2}, {3}}
			var before []operation.Operation
			for i := range 700 {
				before = append(before, y.accept(conns[i%3]))
			}
			for _, op := range before[:20] {
				if err := y.end(op, operation.Failed); err != nil {
					t.Fatal(err)
				}
			}
			j := y.make(job.Operations, `{"action":"cancel","filter":{"resource":"message"}}`)
			var after []operation.Operation
			for i := range 50 {
				after = append(after, y.accept(conns[i%3]))
			}
			ctx, stop := context.WithCancel(t.Context())
			var lanes sync.WaitGroup
			lanes.Go(func() { y.lanes(ctx, conns) })
			j = y.work(j.ID)
			stop()
			lanes.Wait()
			cancelled := 0
			for _, op := range before {
				if as, err := y.Operation(t.Context(), partner, op.Connection, op.ID); err != nil {
					t.Fatal(err)
				} else if as.Reason == operation.Cancelled {
					cancelled++
				}
			}
			for _, op := range after {
				as, err := y.Operation(t.Context(), partner, op.Connection, op.ID)
				if err != nil || as.State != operation.Queued || as.IsAsked() {
					t.Errorf("what came after it is %s, %v", as.State, err)
				}
			}
			if j.Matched != 680 || j.Done != cancelled || j.Done+j.Refused() != 680 || j.State != job.Finished {
				t.Errorf("of %d matched %d were cancelled, told are %d and %v", j.Matched, cancelled, j.Done, j.Refusals)
			}
		})
	}
}

func TestARetryIsSubmittedOfEachOnceWhateverDies(t *testing.T) {
	t.Parallel()
	y := newYard(t, 7)
	var refused int
	for i := range 300 {
		op := y.accept(uuid.UUID{byte(i % 3)})
		if op.ID[15]%5 == 0 {
			refused++
		}
		if err := y.end(op, operation.Failed); err != nil {
			t.Fatal(err)
		}
	}
	j := y.make(job.Operations, `{"action":"retry","filter":{"source_name":"samsara"}}`)
	late := y.accept(uuid.UUID{1})
	if err := y.end(late, operation.Failed); err != nil {
		t.Fatal(err)
	}
	y.loses = 1
	j = y.work(j.ID)
	if len(y.retried) != 300-refused || j.Done != 300-refused || j.Refused() != refused || j.Left() != 0 {
		t.Errorf("%d were retried, %d are to be refused; told are %d and %v", len(y.retried), refused, j.Done, j.Refusals)
	}
	if len(j.Refusals) != 1 || j.Refusals[0].Reason != "conflict" || j.Refusals[0].Detail == "" || j.Refusals[0].Example == uuid.Nil {
		t.Errorf("refused: %+v", j.Refusals)
	}
}

func TestAJobThatIsStoppedBeginsNothingMore(t *testing.T) {
	t.Parallel()
	y := newYard(t, 1)
	conn := uuid.UUID{1}
	for range 600 {
		y.accept(conn)
	}
	j, s := y.make(job.Operations, `{"action":"cancel","filter":{"resource":"message"}}`), y.service()
	s.Round(t.Context())
	stopped, err := s.Stop(t.Context(), partner, job.Operations, j.ID)
	if err != nil || stopped.State != job.Stopping || stopped.Asked != 250 {
		t.Fatalf("%+v, %v", stopped, err)
	}
	s.Round(t.Context())
	if j, err = s.Get(t.Context(), partner, job.Operations, j.ID); err != nil || j.State != job.Stopping {
		t.Fatalf("what was asked for is not decided, and it is %s, %v", j.State, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var lanes sync.WaitGroup
	lanes.Go(func() { y.lanes(ctx, []uuid.UUID{conn}) })
	j = y.work(j.ID)
	stop()
	lanes.Wait()
	if j.State != job.Stopped || j.Done+j.Refused() != 250 || j.Left() != 350 || j.EndedAt.IsZero() {
		t.Errorf("it is %s: %d done, %v, %d left", j.State, j.Done, j.Refusals, j.Left())
	}
	again, err := s.Stop(t.Context(), partner, job.Operations, j.ID)
	if err != nil || again.State != job.Stopped {
		t.Errorf("stopped again it is %s, %v", again.State, err)
	}
}
