package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func memory() []rule {
	return []rule{
		{"an answer as of now misses no change, whoever made it", asOfNow},
		{"an answer that may be old misses no change that this process made", asOfLongAgo},
		{"a change that another process made is missed no longer than was allowed", asOfLately},
	}
}

// remembered is something that is answered under fence.AsOf: show tells how it stands, and change has a
// store change it. They are changed again and again.
type remembered struct {
	what   string
	show   func(ctx context.Context) string
	change func(on *stand)
}

// thingsRemembered makes one of each.
func (s *stand) thingsRemembered() []remembered {
	s.t.Helper()
	partner, fleet := s.partner(), s.fleet()
	grant := s.grant(granted(partner, fleet))
	conn := s.connect(connected(fleet))
	sub := s.subscribe(subscribed(partner, eventName))
	lane, t := s.laneOf(sub), s.t
	s.publish(fact(partner, fleet))
	minute := 1
	of := func(r record.Record) record.Record {
		r.Fleet, r.Connection = fleet, conn.ID
		return r.Identify()
	}
	rec := of(imported(minute, "1", `{"name":"0"}`))
	s.save(rec)
	toggle := map[webhook.Status]webhook.Move{webhook.Active: webhook.Pause, webhook.Paused: webhook.Activate}
	return []remembered{
		{"a connection", func(ctx context.Context) string {
			return string(got[connection.Connection](s)(s.Connection(ctx, conn.ID)).Status)
		}, func(on *stand) {
			to := connection.Paused
			if conn.Status == to {
				to = connection.Active
			}
			next := change(conn, to)
			on.must(on.ChangeConnection(t.Context(), next))
			conn = next.To
		}},
		{"a grant", func(ctx context.Context) string {
			return got[access.Grant](s)(s.Grant(ctx, partner, fleet)).Status
		}, func(on *stand) {
			to := grant
			to.UpdatedAt, to.Status = grant.UpdatedAt.Add(time.Microsecond), access.GrantPaused
			if grant.Status == to.Status {
				to.Status = access.GrantActive
			}
			on.must(on.ChangeAgreement(t.Context(), grant, to))
			grant = to
		}},
		{"a client", func(ctx context.Context) string {
			c := got[access.Client](s)(s.Client(ctx, fleet.String()))
			return c.UpdatedAt.String()
		}, func(on *stand) {
			from := got[access.Client](on)(on.Client(t.Context(), fleet.String()))
			to := from
			to.Generation, to.UpdatedAt = from.Generation+1, from.UpdatedAt.Add(time.Microsecond)
			on.must(on.ChangeClient(t.Context(), from, to))
		}},
		s.revocation("that a token was not revoked", "t"),
		s.revocation("that one of an odd id was not revoked", "t\x00\x01"),
		{"a subscription", func(ctx context.Context) string {
			return string(got[webhook.Subscription](s)(s.SubscriptionByID(ctx, sub.ID)).Status)
		}, func(on *stand) {
			next := moved(t, sub, toggle[sub.Status])
			on.must(on.ChangeSubscription(t.Context(), next))
			sub = next.To
		}},
		{"a record", func(ctx context.Context) string {
			r := got[record.Record](s)(s.Record(ctx, conn.ID, rec.ID))
			known := got[[]record.Record](s)(s.KnownRecords(ctx, []uuid.UUID{rec.ID, uuid.New()}))
			return string(r.Fields) + string(known[0].Fields)
		}, func(on *stand) {
			minute++
			on.save(of(imported(minute, "1", fmt.Sprintf(`{"name":"%d"}`, minute))))
		}},
		{"that a connection reaches a record", func(ctx context.Context) string {
			return got[record.Record](s)(s.Record(ctx, conn.ID, rec.ID)).DeletedAt.String()
		}, func(on *stand) {
			on.must(on.LoseRecords(t.Context(), record.Loss{Connection: conn.ID, Records: []uuid.UUID{rec.ID}, Before: at(50), At: at(51)}))
		}},
		// The change of its subscription has left it astray.
		{"a receiver", func(ctx context.Context) string {
			if got[webhook.Receiver](s)(s.Receiver(ctx, lane.ID)).Astray {
				return "astray"
			}
			return ""
		}, func(on *stand) {
			for more := true; more; {
				more = got[bool](on)(on.Arrange(t.Context(), lane.ID))
			}
		}},
	}
}

// revocation is whether a token was revoked.
func (s *stand) revocation(what, id string) remembered {
	token := access.TokenID{Issuer: "i", ID: id}
	return remembered{what, func(ctx context.Context) string {
		if got[bool](s)(s.Revoked(ctx, token)) {
			return "revoked"
		}
		return ""
	}, func(on *stand) { on.must(on.Revoke(s.t.Context(), token, at(60))) }}
}

// changed has each thing changed by a store, and fails unless how it stands is another then, as read under
// a context.
func (s *stand) changed(all []remembered, on *stand, ctx func() context.Context) {
	s.t.Helper()
	for _, r := range all {
		before := r.show(ctx())
		if again := r.show(ctx()); again != before {
			s.t.Fatalf("%s: %q and then %q", r.what, before, again)
		}
		r.change(on)
		if after := r.show(ctx()); after == before {
			s.t.Errorf("%s is still %q after its change", r.what, before)
		}
	}
}

func asOfNow(t *testing.T, s *stand) {
	s.changed(s.thingsRemembered(), s.beside(), func() context.Context { return fence.AsOf(t.Context(), s.now()) })
}

func asOfLongAgo(t *testing.T, s *stand) {
	s.changed(s.thingsRemembered(), s, func() context.Context { return fence.AsOf(t.Context(), s.now().Add(-time.Hour)) })
}

func asOfLately(t *testing.T, s *stand) {
	s.changed(s.thingsRemembered(), s.beside(), func() context.Context {
		s.later(2 * time.Second)
		return fence.AsOf(t.Context(), s.now().Add(-time.Second))
	})
}
