package tsptest

import (
	"bytes"
	"context"
	"crypto/rand"
	"flag"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

var contract = flag.Bool("contract", false, "write to the account at the TSP that WAYBILL_CONTRACT_CREDENTIALS opens")

// live is one run of the suite's writes against a real account.
type live struct {
	suite   *suite
	env     func(string) string
	account account
	pace    *strict
	wait    func(context.Context, time.Duration) error

	vault   *vault
	session tsp.Session
	// unkept says why credentials that came up during the run could not be kept; "" if they were.
	unkept string
	// root is what passwords are derived from, and derived those that were.
	root    []byte
	derived []string
	log     bytes.Buffer

	began time.Time
	// n numbers the records of the run.
	n    int
	made map[resource.Kind][]tsp.Record
	// refused are the fields that the policy lets no new record of a kind have.
	refused map[resource.Kind][]string
	summary []string
}

// newLive returns a run that the environment configures. What the config knows of the simulator,
// its settings and source ids, does not count.
func newLive(config Config, env func(string) string) *live {
	config.Settings, config.Sources = nil, nil
	config.Values = maps.Clone(config.Values)
	if config.Values == nil {
		config.Values = map[string][]string{}
	}
	l := &live{suite: newSuite(config), env: env, wait: wait, began: time.Now(), root: make([]byte, 32),
		made: map[resource.Kind][]tsp.Record{}, refused: map[resource.Kind][]string{}}
	l.suite.records = map[resource.Kind][]tsp.Record{} // so that nobody learns the simulator's
	l.pace = newStrict(l.suite.spec.Limits)
	_, _ = rand.Read(l.root) // It never fails.
	return l
}

// tag is that of the record that the run is at.
func (l *live) tag() tag { return tag{l.began, l.n} }

// runContract makes the writes at the account of the environment, each capability a subtest.
func runContract(t *testing.T, config Config) {
	t.Helper()
	l := newLive(config, os.Getenv)
	show(t, l.begin())
	if !t.Failed() {
		for _, c := range l.order() {
			t.Run(c.String(), func(t *testing.T) { show(t, l.try(c)) })
		}
	}
	show(t, l.end())
}

// order lists the capabilities so that each finds the records of this run that it needs: creates
// of what can be updated or referred to, updates, and then the rest.
func (l *live) order() []tsp.Capability {
	rank := func(c tsp.Capability) int {
		_, err := resource.For(c.Kind, resource.Update)
		switch {
		case c.Verb == resource.Update:
			return 1
		case err != nil:
			return 2
		}
		return 0
	}
	all := slices.DeleteFunc(tsp.Capabilities(), func(c tsp.Capability) bool {
		_, declared := l.suite.spec.Actions[c]
		return !declared
	})
	slices.SortStableFunc(all, func(a, b tsp.Capability) int { return rank(a) - rank(b) })
	return all
}

// hold runs a part of the run to its end and hides every secret in what it says. Its check has
// the name of the one whose exceptions count here too.
func (l *live) hold(c tsp.Capability, part func(*trial)) outcome {
	t := &trial{suite: l.suite, check: "written", c: c, alone: true}
	t.hold(part)
	if l.log.Len() > 0 {
		t.logf("%s", l.log.String())
		l.log.Reset()
	}
	o, told := t.outcome, false
	hide := func(text string) string {
		hidden := l.hide(text)
		told = told || hidden != text
		return hidden
	}
	for i := range o.Logs {
		o.Logs[i] = hide(o.Logs[i])
	}
	for i := range o.Failures {
		o.Failures[i] = hide(o.Failures[i])
	}
	o.Skipped = hide(o.Skipped)
	if told {
		o.Failures = append(o.Failures, "a text of the adapter's told a secret, which stands as ***** above")
	}
	return o
}

// wait lets time pass, unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
