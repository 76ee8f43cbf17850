package rest

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Clock is the TSP's clock in one look-up by time, as the Date of its answers tells it (RFC 9110,
// 6.6.1: whole seconds), so that such a look-up works however wrong ours is. Until an answer came,
// and where none has a Date, it goes like ours.
type Clock struct {
	// Now is our clock.
	Now   func() time.Time
	ahead time.Duration
}

// tolerance is what two clocks may differ by before a question is asked anew: more than the second
// that a Date leaves open and the way of most answers take together.
const tolerance = 15 * time.Second

// turns bounds how often a question is asked anew. The second one is right unless a clock was set
// meanwhile.
const turns = 3

// At is a time of our clock's by the TSP's.
func (c *Clock) At(ours time.Time) time.Time { return ours.Add(c.ahead) }

// Off tells whether the TSP's clock is another than At took it for. It must be asked as soon as the
// answer has come.
func (c *Clock) Off(headers http.Header) bool {
	ahead, ok := c.told(headers)
	return ok && (ahead-c.ahead).Abs() > tolerance
}

func (c *Clock) told(headers http.Header) (ahead time.Duration, ok bool) {
	date, err := http.ParseTime(headers.Get("Date"))
	return date.Sub(c.Now()), err == nil
}

// Ask asks a question that holds times of At's, and asks it anew, by the clock that its answer told,
// if that is off. ask returns the headers of its first answer. The error is a *tsp.Error.
func (c *Clock) Ask(ask func() (http.Header, error)) error {
	for range turns {
		headers, err := ask()
		if err != nil || !c.Off(headers) {
			return err
		}
		c.ahead, _ = c.told(headers)
	}
	return &tsp.Error{Class: tsp.Unavailable, Message: "the TSP's clock jumps, so that nothing can be looked up by time"}
}
