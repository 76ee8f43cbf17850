package connection_test

import (
	"context"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestOnlyARefusalThatIsConfirmedMakesAConnectionStale(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		again error
		want  connection.Status
	}{
		"taken when they are checked":  {nil, connection.Active},
		"refused again":                {&tsp.Error{Class: tsp.Unauthorized, Message: "revoked"}, connection.Stale},
		"not answered":                 {&tsp.Error{Class: tsp.Unavailable, Message: "away"}, connection.Active},
		"throttled":                    {&tsp.Error{Class: tsp.Throttled, Message: "wait"}, connection.Active},
		"lacking a permission, though": {&tsp.Error{Class: tsp.Forbidden, Message: "no scope"}, connection.Active},
	} {
		s := newStand(t)
		id := s.create(good).ID
		sessions := s.tsp.sessions
		s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{Key: "1"}, c.again }
		if err := s.service.Refused(t.Context(), s.stored(id), &tsp.Error{Class: tsp.Unauthorized, Message: "invalid"}); err != nil {
			t.Errorf("%s: %v", says, err)
		}
		if got := s.stored(id).Status; got != c.want || s.tsp.sessions != sessions+1 {
			t.Errorf("%s: %s after %d new sessions", says, got, s.tsp.sessions-sessions)
		}
	}
}
