package tsptest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxWait is the longest that a TSP's wish may keep a lane closed.
const maxWait = 24 * time.Hour

// checkRetryAfter: a TSP's wish to be left alone is understood in each form that RFC 9110 has
// and that TSPs use, and one that makes no sense does no harm.
func checkRetryAfter(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	throttles := append([]Reply{{Name: "429", Status: http.StatusTooManyRequests}}, t.suite.replies(tsp.Throttled)...)
	for _, one := range []struct {
		header      string
		least, most time.Duration
	}{
		{"7", 7 * time.Second, 7 * time.Second},
		{"1.5", 1500 * time.Millisecond, 1500 * time.Millisecond},
		{"0.40235", 402350 * time.Microsecond, 403 * time.Millisecond},
		{noon.Add(90 * time.Second).Format(http.TimeFormat), 80 * time.Second, 91 * time.Second},
		{noon.Add(-time.Hour).Format(http.TimeFormat), 0, maxWait},
		{"", 0, maxWait}, {"soon", 0, maxWait}, {"-5", 0, maxWait}, {"0", 0, maxWait}, {"1e400", 0, maxWait}, {"NaN", 0, maxWait},
		{"inf", 0, maxWait}, {"99999999999999999999", 0, maxWait}, {"0x10", 0, maxWait}, {"Fri, 31 Dec 9999 23:59:59 GMT", 0, maxWait},
	} {
		for _, throttle := range throttles {
			w := f.world(setup{})
			w.front.expect(from(b.writes[0], throttle.with("Retry-After", one.header).spoil))
			_, _, err := w.perform(w.write(f, d, 1))
			where := fmt.Sprintf("%s with Retry-After %q", throttle.Name, one.header)
			if err == nil {
				t.errorf("%s: a write that is throttled succeeds", where)
			} else if e := t.classified(err); e.Class != tsp.Throttled {
				t.errorf("%s: the end is %s (%v), want %s", where, e.Class, err, tsp.Throttled)
			} else if e.RetryAfter < one.least || e.RetryAfter > one.most {
				t.errorf("%s is understood as %v, want %s", where, e.RetryAfter, between(one.least, one.most))
			}
			w.stop()
		}
	}
}

func between(least, most time.Duration) string {
	if least == most {
		return least.String()
	}
	return fmt.Sprintf("%v to %v", least, most)
}
