package main

import (
	"container/heap"
	"time"
)

// clock is virtual time. What is due happens in the order of its time, and of its asking where times are equal,
// so that one seed has one course.
type clock struct {
	now   time.Duration
	due   dues
	asked int
}

// due is something that happens at a time.
type due struct {
	at    time.Duration
	place int
	do    func()
}

// after has something happen when a time has passed.
func (c *clock) after(d time.Duration, do func()) {
	c.asked++
	heap.Push(&c.due, due{c.now + d, c.asked, do})
}

// run lets everything happen that is due until a time, and ends there.
func (c *clock) run(until time.Duration) {
	for len(c.due) > 0 && c.due[0].at <= until {
		next := heap.Pop(&c.due).(due)
		c.now = next.at
		next.do()
	}
	c.now = until
}

// dues are a heap by time.
type dues []due

func (d dues) Len() int { return len(d) }
func (d dues) Less(i, j int) bool {
	return d[i].at < d[j].at || d[i].at == d[j].at && d[i].place < d[j].place
}
func (d dues) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *dues) Push(x any)   { *d = append(*d, x.(due)) }
func (d *dues) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}
