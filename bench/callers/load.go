// Package callers puts gateways under load: callers that each wait for the webhook of their write before
// the next one, or only for the answer, or writes that come at a rate whatever becomes of them.
package callers

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
	"github.com/waybill-dev/waybill/bench/stub"
)

// Prefix begins the marker of each write.
const Prefix = "bench-mark-"

// Load is what a gateway is put under.
type Load struct {
	// Callers each make one write at a time; with a Rate, in writes a second, there are as many as it takes.
	Callers int
	Rate    float64
	// Flood has callers go on at the answer to a write and not at its webhook.
	Flood bool
	// Duration is how long writes are begun.
	Duration time.Duration
	// Patience is how long a webhook is waited for until it counts as lost.
	Patience time.Duration
}

// Result is what came of a load.
type Result struct {
	// Accepted and Ended are how long it took, in milliseconds, until a write was answered and until its
	// webhook came; at a rate, from when it was to be begun.
	Accepted, Ended measure.Spread
	// Begun counts writes, InTime those whose webhook came before the load was over.
	Begun, InTime int
	// Errors are writes that were not accepted, Lost those without a webhook.
	Errors, Lost int
	// Twice are webhooks that came again, Remade messages that the TSP got again.
	Twice, Remade int64
	// First is the first of the errors.
	First    error
	Duration time.Duration
	// Usage is what the gateway used until the last webhook came, Own what this process did.
	Usage, Own measure.Usage
}

// PerSecond is how many writes ended each second of the load.
func (r Result) PerSecond() float64 { return float64(r.InTime) / r.Duration.Seconds() }

// AcceptedPerSecond is how many were accepted.
func (r Result) AcceptedPerSecond() float64 { return float64(len(r.Accepted)) / r.Duration.Seconds() }

// CPU is the gateway's processor time for each write that ended, in milliseconds.
func (r Result) CPU() float64 {
	return float64(r.Usage.CPU) / float64(time.Millisecond) / float64(max(len(r.Ended), 1))
}

// Err tells what makes the figures worthless.
func (r Result) Err() error {
	var wrong []error
	if r.Errors+r.Lost > 0 {
		wrong = append(wrong, fmt.Errorf("%d of %d writes failed and %d webhooks were lost", r.Errors, r.Begun, r.Lost),
			r.First)
	}
	if r.Twice+r.Remade > 0 {
		wrong = append(wrong, fmt.Errorf("%d webhooks and %d messages came twice", r.Twice, r.Remade))
	}
	return errors.Join(wrong...)
}

// Team puts load on gateways that deliver to one receiver.
type Team struct {
	receiver *stub.Receiver
	tsp      *stub.Samsara
	client   *http.Client
	// last numbers all writes.
	last atomic.Uint64
}

// NewTeam makes a team.
func NewTeam(r *stub.Receiver, tsp *stub.Samsara) *Team {
	return &Team{receiver: r, tsp: tsp,
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}}
}

func (t *Team) marker() string { return fmt.Sprintf("%s%016x", Prefix, t.last.Add(1)) }
