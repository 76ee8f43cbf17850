package dispatch

import (
	"context"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/fence"
)

// left is what a run of a lane leaves for another process: what was learned of its limits and of the other side. What
// is read or parked is found again.
type left struct {
	Limits map[string]time.Time `json:"limits,omitempty"`
	// Cold is when all limits counted as used up, because nothing was known of them.
	Cold    time.Time `json:"cold,omitzero"`
	Paused  time.Time `json:"paused,omitzero"`
	Barred  time.Time `json:"barred,omitzero"`
	Refused time.Time `json:"refused,omitzero"`
	Wait    int64     `json:"wait_ns,omitzero"`
	Asked   time.Time `json:"asked,omitzero"`
	// Limited is until when a limit keeps the lane from its work, for whoever looks at it.
	Limited time.Time `json:"limited,omitzero"`
}

// Left tells how a lane stands by what its last run has left: until when it was to be left alone, or until when a
// limit is used up. Known is false for what cannot be read.
func Left(text []byte, now time.Time) Stand {
	var was left
	if len(text) > 0 && json.Unmarshal(text, &was) != nil {
		return Stand{Waits: Nothing}
	}
	g := gate{paused: was.Paused, barred: was.Barred}
	switch {
	case g.shut(now):
		return Stand{g.waits(), g.until(), true}
	case was.Limited.After(now):
		return Stand{ALimit, was.Limited, true}
	}
	return Stand{Nothing, time.Time{}, true}
}

// Taker is a Work that must take up what was begun in a lane by a process that has not given it back.
type Taker interface {
	// TakeUp ends what was begun under earlier claims. Nothing of the lane was read under this one yet.
	TakeUp(ctx context.Context, claim fence.Claim) error
}

// takeUp has the work take up what was begun before the lane was taken, once for each time that it was.
func (r *runner[T]) takeUp(ctx context.Context) error {
	cut := r.CutAt(r.claim.Lane)
	taker, takes := any(r.work).(Taker)
	r.mu.Lock()
	done := !cut.After(r.takenUp[r.claim.Lane])
	r.mu.Unlock()
	if done || !takes {
		return nil
	}
	if err := safely(func() error { return taker.TakeUp(ctx, r.claim.Claim) }); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.takenUp[r.claim.Lane] = cut
	return nil
}

// take returns what is known of a lane that was claimed, from its last run in this process or in another, and has its
// limits be whole here.
func (d *Dispatcher) take(c fence.Claim) memory {
	var taken Taken
	h, passes := d.config.Source.(Handover)
	if passes {
		taken = h.Taken(c)
	}
	d.mu.Lock()
	d.runs[c.Lane] = run{c.Epoch, taken.CutAt}
	d.mu.Unlock()
	m := d.recall(c.Lane)
	if !taken.Moved {
		d.config.Budget.hold(c, nil, time.Time{})
		return m
	}
	m = memory{parked: map[string]parking{}, lookouts: map[fence.Stream]*pass{}}
	// Who left nothing may have used all; neither may what cannot be read keep the lane from running.
	var was left
	never := taken.Left != nil && len(taken.Left) == 0
	if !never && json.Unmarshal(taken.Left, &was) != nil {
		was = left{Cold: d.config.Now()}
	}
	m.asked = was.Asked
	m.gate = gate{paused: was.Paused, barred: was.Barred, refused: was.Refused, wait: time.Duration(was.Wait)}
	d.config.Budget.hold(c, was.Limits, was.Cold)
	return m
}

// run is a lane's run in this process. One whose claim was lost may wait for attempts in flight while the lane runs
// here by a later claim.
type run struct {
	epoch int64
	// cut is when the lane was taken last from a process that had not given it back.
	cut time.Time
}

// leftover is what is known of a lane whose run is over but of its limits, with when it wants to run again.
func (r *runner[T]) leftover(again time.Time) left {
	return left{Paused: r.gate.paused, Barred: r.gate.barred, Refused: r.gate.refused, Wait: int64(r.gate.wait), Asked: again,
		Limited: r.limitOver}
}

// give keeps what is known of a lane for whoever claims it next. cut tells that an attempt has no end. Of a run that is
// not the lane's last one here nothing is kept.
func (d *Dispatcher) give(c fence.Claim, of left, cut bool) {
	of.Limits, of.Cold = d.config.Budget.release(c)
	d.mu.Lock()
	last := d.runs[c.Lane].epoch == c.Epoch
	if last {
		delete(d.runs, c.Lane)
	}
	d.mu.Unlock()
	h, passes := d.config.Source.(Handover)
	if !passes || !last {
		return
	}
	text, err := json.Marshal(of, json.Deterministic(true))
	if err != nil {
		d.config.Log.Error("what is known of a lane could not be kept; whoever takes it begins with empty limits",
			"lane", c.Lane.ID, "kind", c.Lane.Kind, "error", err)
		// No bytes would say that it never ran.
		text = []byte("?")
	}
	h.Leave(c, text, cut)
}

// CutAt is when a lane that runs here was taken last from a process that had not given it back: what that one was
// sending may take effect later. It is zero if it never was.
func (d *Dispatcher) CutAt(lane fence.Lane) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.runs[lane].cut
}
