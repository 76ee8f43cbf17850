package connection_test

import (
	"context"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestWishesAreChangedWithoutATrialAtTheTSP(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good + `,"verify_writes":true`).ID
	if got := s.stored(id).Wishes; got != (connection.Wishes{VerifyWrites: true}) {
		t.Errorf("made with %+v", got)
	}
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
		t.Error("the TSP was asked")
		return tsp.Account{}, nil
	}
	for _, c := range []struct {
		body string
		want connection.Wishes
	}{
		{`{"sync_events":true}`, connection.Wishes{SyncEvents: true, VerifyWrites: true}},
		{`{"sync_events":null,"verify_writes":false}`, connection.Wishes{SyncEvents: true}},
		{`{"description":"d"}`, connection.Wishes{SyncEvents: true}},
		{`{"sync_events":false}`, connection.Wishes{}},
	} {
		changed := s.update(id, c.body)
		if after := s.stored(id); after.Wishes != c.want || changed.Wishes != c.want || after.Version != 1 {
			t.Errorf("%s: %+v, version %d", c.body, after.Wishes, after.Version)
		}
	}
	before := s.stored(id)
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"sync_events":"yes"}`))
	refused(t, "a text", err, problem.Invalid, "sync_events")
	s.update(id, `{"sync_events":false}`)
	if after := s.stored(id); !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Error("what changes nothing changed it")
	}
}
