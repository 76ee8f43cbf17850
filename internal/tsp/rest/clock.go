package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Clock is the TSP's clock in one look-up by time, as the Date of its answers tells it (RFC 9110,
// 6.6.1: whole seconds), so that such a look-up works however wrong ours is. Until an answer came,
// and where none has a Date, it goes like ours.
type Clock struct {
	// Now is our clock.
	Now func() time.Time
	// ahead is what the questions assume, and heard what the newest answer told.
	ahead, heard time.Duration
}

// tolerance is what two clocks may differ by before a question is asked anew: more than the second
// that a Date leaves open and the way of most answers take together.
const tolerance = 15 * time.Second

// turns bounds how often a question is asked anew. The second one is right unless a clock was set
// meanwhile.
const turns = 3

// At is a time of our clock's by the TSP's.
func (c *Clock) At(ours time.Time) time.Time { return ours.Add(c.ahead) }

// Hear reads the clock from an answer that has just come.
func (c *Clock) Hear(headers http.Header) {
	if date, err := http.ParseTime(headers.Get("Date")); err == nil {
		c.heard = date.Sub(c.Now())
	}
}

// Over hears the answers to whatever is sent.
func (c *Clock) Over(send Send) Send {
	return func(ctx context.Context, call Call) (Answer, error) {
		a, err := send(ctx, call)
		if err == nil {
			c.Hear(a.Headers)
		}
		return a, err
	}
}

// Off tells whether the TSP's clock is another than At took it for, so that what is being read
// answers another question.
func (c *Clock) Off() bool { return (c.heard - c.ahead).Abs() > tolerance }

// Ask asks a question that holds times of At's, and asks it anew, by the clock that was heard, if
// that is off. Its error is that of ask or a *tsp.Error.
func (c *Clock) Ask(ask func() error) error {
	for range turns {
		if err := ask(); err != nil || !c.Off() {
			return err
		}
		c.ahead = c.heard
	}
	return &tsp.Error{Class: tsp.Unavailable, Message: "the TSP's clock jumps, so that nothing can be looked up by time"}
}
