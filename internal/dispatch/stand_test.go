package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// handing is a source whose lanes others may run as well.
type handing struct{ *InProcess }

func (handing) Taken(fence.Claim) Taken         { return Taken{} }
func (handing) Leave(fence.Claim, []byte, bool) {}

func TestHowALaneStandsIsKnownWhereNobodyElseMayRunIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(time.Minute)
		lane := fence.Lane{Kind: fence.Connections, ID: theLane.ID}
		for says, c := range map[string]struct {
			source Source
			runs   bool
			sleeps time.Time
			known  bool
		}{
			"alone":                                {NewInProcess(time.Now), true, time.Time{}, true},
			"alone, asleep":                        {NewInProcess(time.Now), false, time.Time{}, true},
			"of many, runs here":                   {handing{NewInProcess(time.Now)}, true, time.Time{}, true},
			"of many, sleeps here":                 {handing{NewInProcess(time.Now)}, false, until, true},
			"of many, slept here until a time ago": {handing{NewInProcess(time.Now)}, false, time.Now(), false},
			"of many, somewhere":                   {handing{NewInProcess(time.Now)}, false, time.Time{}, false},
		} {
			d := New(Config{Source: c.source, Now: time.Now})
			if s := d.Stand(lane); s.Known != (says == "alone" || says == "alone, asleep") || s.Waits != Nothing {
				t.Errorf("%s: before anything is heard of it: %+v", says, s)
			}
			r := &runner[string]{Dispatcher: d, claim: Claim{Claim: fence.Claim{Lane: lane}}, label: "acme"}
			d.runs[lane] = run{}
			r.gate.paused = until
			r.stands(time.Now(), until)
			if s := d.Stand(lane); s != (Stand{ThePause, until, true}) {
				t.Errorf("%s: while it runs: %+v", says, s)
			}
			if !c.runs {
				delete(d.runs, lane)
				d.stances[lane].again = c.sleeps
			}
			if s := d.Stand(lane); s != (Stand{ThePause, until, c.known}) {
				t.Errorf("%s: %+v", says, s)
			}
		}
	})
}
