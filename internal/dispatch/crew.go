package dispatch

import "sync/atomic"

// crew is goroutines that take one job after the other. A new one begins with a small stack, which is
// copied several times on the way to a TSP or into the store; one that has been there before has it.
type crew struct {
	jobs chan func()
	over chan struct{}
	idle atomic.Int32
}

// idleMost bounds the goroutines that are kept for the next jobs, at some 32 kB each.
const idleMost = 64

func newCrew() *crew { return &crew{jobs: make(chan func()), over: make(chan struct{})} }

// do has a job done at once, whoever else is busy.
func (c *crew) do(job func()) {
	select {
	case c.jobs <- job:
	default:
		go c.work(job)
	}
}

func (c *crew) work(job func()) {
	for {
		job()
		if c.idle.Add(1) > idleMost {
			c.idle.Add(-1)
			return
		}
		select {
		case job = <-c.jobs:
			c.idle.Add(-1)
		case <-c.over:
			return
		}
	}
}

// dismiss ends who waits for a job. Nothing may be given to do any more.
func (c *crew) dismiss() { close(c.over) }
