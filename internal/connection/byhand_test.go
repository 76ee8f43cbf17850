package connection_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// hand is what an operator called Ada wants done.
func hand(id uuid.UUID, why string) connection.Hand {
	return connection.Hand{Connection: id, By: "operator:ada", Why: why}
}

func TestAnOperatorPausesAConnectionWithAReasonAndResumesIt(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	for _, why := range []string{"", " ", "two\nlines", strings.Repeat("x", 201), "\xff", "a\u202eb"} {
		_, err := s.service.Pause(t.Context(), hand(id, why))
		refused(t, "a reason "+why, err, problem.Invalid, "[reason|")
	}
	c, err := s.service.Pause(t.Context(), hand(id, " they move "))
	if err != nil || c.Status != connection.Paused || c.Pause.By != "operator:ada" || c.Pause.Why != "they move" || c.Pause.At.IsZero() {
		t.Fatalf("%+v, %v", c, err)
	}
	if stored := s.stored(id); stored.Pause != c.Pause || !strings.Contains(stored.Bars("take writes"), `"they move"`) {
		t.Errorf("stored %+v, which bars with %q", stored.Pause, stored.Bars("take writes"))
	}
	_, err = s.service.Pause(t.Context(), hand(id, "again"))
	refused(t, "a pause of what is paused", err, problem.Conflict, `by operator:ada: "they move"`)
	if c, err = s.service.Resume(t.Context(), hand(id, "")); err != nil || c.Status != connection.Active || s.stored(id).Pause != (audit.Mark{}) {
		t.Errorf("resumed %+v, %v", c, err)
	}
	_, err = s.service.Resume(t.Context(), hand(id, ""))
	refused(t, "a resumption of what is active", err, problem.Conflict, "nothing is to be resumed")
	_, err = s.service.Pause(t.Context(), hand(uuid.New(), "why"))
	refused(t, "another connection", err, problem.NotFound, "no connection")
}

func TestWhoPausedAConnectionByTheAPIIsNoted(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.update(id, `{"status":"paused"}`)
	if by := s.stored(id).Pause; by.By != "client:fleet" || by.At.IsZero() || by.ByOperator() {
		t.Errorf("noted %+v", by)
	}
	if _, err := s.service.Resume(t.Context(), hand(id, "")); err != nil {
		t.Error(err)
	}
}

func TestAnOperatorKeepsAConnectionToALowerRateAndNeverToAHigherOne(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.service.Fastest = func(tsp.Name) tsp.Limit { return tsp.Limit{Key: "org", Events: 60, Period: time.Minute} }
	for _, high := range []connection.Rate{{Events: 1, Period: time.Second}, {Events: 61, Period: time.Minute}, {Events: 2, Period: time.Second}} {
		_, err := s.service.Slow(t.Context(), hand(id, "why"), high)
		refused(t, high.String(), err, problem.Invalid, "its limit org is 60 in 1m0s")
	}
	_, err := s.service.Slow(t.Context(), hand(id, ""), connection.Rate{Events: 30, Period: time.Minute})
	refused(t, "no reason", err, problem.Invalid, "[reason|")
	_, err = s.service.Slow(t.Context(), hand(id, ""), connection.Rate{})
	refused(t, "nothing to lift", err, problem.Conflict, "is kept to no rate")
	before := s.stored(id)
	c, err := s.service.Slow(t.Context(), hand(id, "they asked"), connection.Rate{Events: 30, Period: time.Minute})
	if err != nil || c.Rate.String() != "30/m" || c.Rate.Why != "they asked" || c.Status != connection.Active || !c.UpdatedAt.After(before.UpdatedAt) {
		t.Fatalf("%+v, %v", c, err)
	}
	// A pause keeps the rate, and what lifts the rate keeps the pause.
	if c, err = s.service.Pause(t.Context(), hand(id, "why")); err != nil || c.Rate.String() != "30/m" {
		t.Errorf("paused: %+v, %v", c.Rate, err)
	}
	if c, err = s.service.Slow(t.Context(), hand(id, ""), connection.Rate{}); err != nil || c.Rate != (connection.Rate{}) || c.Status != connection.Paused {
		t.Errorf("lifted: %+v, %v", c, err)
	}
}
