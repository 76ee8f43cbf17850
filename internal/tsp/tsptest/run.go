package tsptest

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Run holds an adapter against every check, each a subtest, most of them with one more for each
// capability.
func Run(t *testing.T, config Config) {
	t.Helper()
	// Little is alive at a time and much is thrown away, so that by default a quarter of the time is spent collecting it.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	s := newSuite(config)
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			if c.whole != nil {
				show(t, s.try(t, c, tsp.Capability{}))
				return
			}
			for _, capability := range s.row(c) {
				t.Run(capability.String(), func(t *testing.T) { show(t, s.try(t, c, capability)) })
			}
		})
	}
	t.Run("exceptions", func(t *testing.T) {
		if unused := s.unused(); len(unused) > 0 && !narrowed() {
			t.Errorf("the config names what nothing asked about: %s", strings.Join(unused, ", "))
		}
	})
	if !strings.HasSuffix(t.Name(), "Conforms") {
		t.Errorf("call the test Test...Conforms, by which make contract finds it")
	}
	if *contract {
		t.Run("contract", func(t *testing.T) { runContract(t, config) })
	}
}

// maxShown bounds how many failures of one trial are shown.
const maxShown = 15

// show reports an outcome to the test that asked for it.
func show(t *testing.T, o outcome) {
	t.Helper()
	for _, message := range o.Logs {
		t.Log(message)
	}
	for i, message := range o.Failures {
		if i == maxShown {
			t.Errorf("... and %d more", len(o.Failures)-i)
			break
		}
		t.Error(message)
	}
	if o.Skipped != "" {
		t.Skip("NOT CHECKED: " + o.Skipped)
	}
}

// try holds one check, against one capability unless it is of the whole adapter.
func (s *suite) try(t *testing.T, c check, capability tsp.Capability) outcome {
	one := &trial{suite: s, check: c.name, c: capability}
	name := c.name
	if c.whole == nil {
		name += "/" + capability.String()
	}
	reason, excused := s.excuse(name)
	hold := func() {
		one.hold(func(t *trial) {
			if c.whole != nil {
				c.whole(t)
				return
			}
			c.each(t, t.form(t.suite.settings()))
		})
	}
	if c.still {
		hold()
	} else if stuck := inBubble(t, hold); stuck != "" {
		one.errorf("goroutines are left behind or wait for ever: %s", stuck)
	}
	if one.after != nil {
		one.after()
	}
	if excused {
		return excusing(name, reason, one.outcome)
	}
	return one.outcome
}

// excusing is the outcome of a check that the config excuses: told, unless there is nothing to
// excuse.
func excusing(name, reason string, o outcome) outcome {
	switch {
	case reason == "":
		o.Failures = append(o.Failures, fmt.Sprintf("Except[%q] gives no reason", name))
		return o
	case len(o.Failures) == 0 && o.Skipped == "":
		return outcome{Failures: []string{fmt.Sprintf("Except[%q] excuses nothing: the check holds", name)}}
	}
	return outcome{Skipped: reason}
}

// inBubble runs f where time passes only when everybody waits. It returns what the bubble says
// if some goroutine never ends.
func inBubble(t *testing.T, f func()) (stuck string) {
	defer func() {
		if r := recover(); r != nil {
			stuck = fmt.Sprint(r)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		time.Sleep(time.Until(noon))
		f()
	})
	return ""
}

// noon is when every trial begins.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
