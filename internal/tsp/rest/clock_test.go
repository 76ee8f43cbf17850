package rest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestAQuestionByTimeIsAskedByTheClockOfTheTSP(t *testing.T) {
	t.Parallel()
	ours := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for ahead, asks := range map[time.Duration]int{0: 1, 14 * time.Second: 1, -14 * time.Second: 1, 20 * time.Second: 2, 90 * time.Second: 2,
		-90 * time.Second: 2, 3 * time.Hour: 2, -26 * time.Hour: 2} {
		clock := rest.Clock{Now: func() time.Time { return ours }}
		var asked []time.Time
		err := clock.Ask(func() error {
			asked = append(asked, clock.At(ours))
			clock.Hear(http.Header{"Date": {ours.Add(ahead).UTC().Format(http.TimeFormat)}})
			return nil
		})
		if err != nil || len(asked) != asks {
			t.Errorf("%v ahead: asked %d times, want %d (%v)", ahead, len(asked), asks, err)
		}
		if last := asked[len(asked)-1].Sub(ours.Add(ahead)); last.Abs() > 15*time.Second {
			t.Errorf("%v ahead: the last question is %v beside the TSP's clock", ahead, last)
		}
	}
}

func TestATSPWithoutADateHasOurClock(t *testing.T) {
	t.Parallel()
	for _, headers := range []http.Header{nil, {"Date": {""}}, {"Date": {"yesterday"}}} {
		asked := 0
		clock := rest.Clock{Now: time.Now}
		err := clock.Ask(func() error {
			asked++
			clock.Hear(headers)
			return nil
		})
		if err != nil || asked != 1 {
			t.Errorf("%v: asked %d times, %v", headers, asked, err)
		}
	}
}

func TestAClockThatJumpsIsNoClock(t *testing.T) {
	t.Parallel()
	date, asked := time.Now(), 0
	clock := rest.Clock{Now: time.Now}
	err := clock.Ask(func() error {
		asked++
		date = date.Add(time.Hour)
		clock.Hear(http.Header{"Date": {date.UTC().Format(http.TimeFormat)}})
		return nil
	})
	var e *tsp.Error
	if !errors.As(err, &e) || e.Class != tsp.Unavailable || asked > 5 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func TestAQuestionThatFailsIsNotAskedAnew(t *testing.T) {
	t.Parallel()
	asked := 0
	clock := rest.Clock{Now: time.Now}
	down := errors.New("down")
	err := clock.Ask(func() error {
		asked++
		clock.Hear(http.Header{"Date": {"Tue, 24 Nov 1998 12:00:00 GMT"}})
		return down
	})
	if !errors.Is(err, down) || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}
