package connection_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestAConnectionThatMadeItsFleetSaysSoAndWarnsOfASlip(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	slip, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"Ours"`))
	if err != nil || len(slip.Warnings) != 2 || !strings.Contains(slip.Warnings[0].Message, slip.FleetID.String()) ||
		!strings.Contains(slip.Warnings[1].Message, `"ours"`) {
		t.Errorf("%+v, %v", slip.Warnings, err)
	}
	other, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"elsewhere"`))
	if err != nil || len(other.Warnings) != 1 {
		t.Errorf("%+v, %v", other.Warnings, err)
	}
	for _, ref := range []string{"ours", "elsewhere"} {
		if known, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"`+ref+`"`)); err != nil || known.Warnings != nil {
			t.Errorf("of a fleet that was there: %+v, %v", known.Warnings, err)
		}
	}
}

func TestWhereFleetsAreMadeOnPurposeAConnectionMakesNone(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.service.FleetsOnPurpose = true
	_, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"Ours"`))
	var p *problem.Error
	if !errors.As(err, &p) || p.Code != problem.Invalid || len(p.Details) != 1 {
		t.Fatalf("%v", err)
	}
	for _, part := range []string{"POST /v2/orgs/fleets", `did you mean "ours"?`} {
		if !strings.Contains(p.Details[0].Message, part) {
			t.Errorf("%q does not say %q", p.Details[0].Message, part)
		}
	}
	if _, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`)); err != nil {
		t.Errorf("of a fleet that is there: %v", err)
	}
	if s.tsp.made() != 1 {
		t.Errorf("the TSP was called %d times", s.tsp.made())
	}
}

// few is the store of grants without the reading of all of a partner's.
type few struct {
	access.Store
	t *testing.T
}

func (f few) Grants(context.Context, uuid.UUID) ([]access.Grant, error) {
	f.t.Error("all grants of the partner were read, of which it may have ten thousand")
	return nil, errors.New("not here")
}

func TestMakingAConnectionReadsNoOtherFleets(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.service.Access = few{s.db, t}
	for _, ref := range []string{"new", "new"} {
		made, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"`+ref+`"`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.service.Get(t.Context(), s.partner, made.ID); err != nil {
			t.Errorf("reading it: %v", err)
		}
	}
}
