package perform

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// sharers is how many connections lead to each account, or why nobody knows.
type sharers struct {
	of    map[string]int
	err   error
	asked int
}

func (s *sharers) Alone(_ context.Context, c connection.Connection) (bool, error) {
	s.asked++
	return s.of[c.Account] == 1, s.err
}

func TestTheLimitsOfAnAccountAreItsOnlyConnectionsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProvider()
		p.spec.Limits = nil
		for _, scope := range []tsp.Scope{tsp.PerConnection, tsp.PerAccount, tsp.PerApp} {
			p.spec.Limits = append(p.spec.Limits, tsp.Limit{Key: string(scope), Scope: scope, Events: 1, Period: time.Second, Burst: 1})
		}
		in := &sharers{of: map[string]int{"a": 1, "b": 2}}
		l := NewLimits(nil, dispatch.NewBudget(time.Now, nil), nil).Among(in, time.Now)
		own := func(account string) (keys string) {
			t.Helper()
			c := connection.Connection{ID: uuid.UUID{1, account[0]}, Account: account}
			for _, one := range l.of(p.spec, c).only([]string{"connection", "account", "app"}) {
				for _, limit := range []dispatch.Limit{one, debt(one)} {
					if limit.Lane == (fence.Lane{Kind: fence.Connections, ID: c.ID}) {
						keys += " " + limit.ID[len(limit.ID)-4:]
					} else if limit.Lane != (fence.Lane{}) {
						t.Errorf("%s is of %v", limit.ID, limit.Lane)
					}
				}
			}
			return keys
		}
		const both, one = " tion sync ount sync", " tion sync"
		is := func(what, account, want string) {
			t.Helper()
			if got := own(account); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		is("of a connection that is alone", "a", both)
		is("of one that is not", "b", one)
		in.of["a"], in.of["b"] = 2, 1
		is("in the same moment", "a", both)
		if in.asked != 2 {
			t.Errorf("it was asked %d times", in.asked)
		}
		time.Sleep(aloneFor)
		is("when another came", "a", one)
		is("when the other went", "b", both)
		time.Sleep(aloneFor)
		in.err = errors.New("the store is away")
		is("when nobody knows", "b", one)
	})
}
