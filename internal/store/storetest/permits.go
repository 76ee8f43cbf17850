package storetest

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
)

func permits() []rule {
	return []rule{
		{"a change asks its permit with the grant as it stands, and one that is refused changes nothing", permitIsAsked},
		{"a fleet is founded with its connection and grant, and its partner is told", fleetIsFounded},
		{"a founding adds and never replaces: what is there under its ids is judged as it stands", foundingAdds},
		{"a founding whose connection cannot be made leaves nothing", foundingFails},
		{"a founding makes room as any grant does", foundingMakesRoom},
		{"a change by a token that was revoked is refused", revokedChangesNothing},
	}
}

var errBarred = errors.New("barred")

// unlessActive permits what a partner does under an active grant, and notes what it was asked with.
func unlessActive(partner uuid.UUID, asked *[]access.Grant) connection.Permit {
	return connection.Permit{Partner: partner, Allows: func(g access.Grant) error {
		*asked = append(*asked, g)
		if g.Status != access.GrantActive {
			return errBarred
		}
		return nil
	}}
}

func permitIsAsked(t *testing.T, s *stand) {
	g := s.grant(granted(s.partner(), s.fleet()))
	c := s.connect(connected(g.Fleet))
	var asked []access.Grant
	next := change(c, connection.Paused)
	next.Permit = unlessActive(g.Partner, &asked)
	s.must(s.ChangeConnection(t.Context(), next))
	is(t, "the grant that was asked with", asked[0].ID, g.ID)
	ended := g
	ended.Expiration, ended.UpdatedAt = at(1), fence.Later(g.UpdatedAt, at(0))
	s.must(s.beside().ChangeAgreement(t.Context(), g, ended))
	s.later(at(2).Sub(noon()))
	late := change(next.To, connection.Active)
	late.Permit = next.Permit
	fails(t, "after its end", s.ChangeConnection(t.Context(), late), errBarred)
	is(t, "its status then", asked[1].Status, access.GrantExpired)
	is(t, "the connection", s.connection(c.ID).Status, connection.Paused)
	other := connection.Change{To: connected(g.Fleet), Permit: unlessActive(s.partner(), &asked)}
	fails(t, "without a grant", s.InsertConnection(t.Context(), other), errBarred)
	is(t, "what was asked with then", asked[2].ID, uuid.Nil)
	_, err := s.Connection(t.Context(), other.To.ID)
	fails(t, "the connection", err, connection.ErrNotFound)
}

// founding is a connection whose fleet comes into being with it.
func (s *stand) founding() connection.Change {
	s.t.Helper()
	g := granted(s.partner(), uuid.New())
	return connection.Change{To: connected(g.Fleet), Founds: &connection.Founding{Grant: g, Fleet: access.Fleet{ID: g.Fleet, Name: "new"}}}
}

func fleetIsFounded(t *testing.T, s *stand) {
	c := s.founding()
	g := c.Founds.Grant
	sub := s.subscribe(subscribed(g.Partner, access.EventCreated))
	var asked []access.Grant
	c.Permit = unlessActive(g.Partner, &asked)
	s.must(s.InsertConnection(t.Context(), c))
	is(t, "what was asked with", asked[0].ID, g.ID)
	is(t, "told", len(s.waiting(sub)), 1)
	s = s.crashed()
	got := got[access.Grant](s)(s.Agreement(t.Context(), g.ID))
	is(t, "status", got.Status, access.GrantActive)
	is(t, "level", got.Levels["message"], access.ReadWrite)
	is(t, "the connection's fleet", s.connection(c.To.ID).Fleet, g.Fleet)
}

func foundingAdds(t *testing.T, s *stand) {
	c := s.founding()
	ended := c.Founds.Grant
	ended.Status = access.GrantCancelled
	s.must(s.InsertFleet(t.Context(), c.Founds.Fleet, ended))
	var asked []access.Grant
	c.Permit = unlessActive(ended.Partner, &asked)
	fails(t, "founded again", s.InsertConnection(t.Context(), c), errBarred)
	is(t, "the grant", got[access.Grant](s)(s.Agreement(t.Context(), ended.ID)).Status, access.GrantCancelled)
	c.Permit = connection.Permit{}
	s.must(s.InsertConnection(t.Context(), c))
	is(t, "the grant that nobody asks for", got[access.Grant](s)(s.Agreement(t.Context(), ended.ID)).Status, access.GrantCancelled)
}

func foundingFails(t *testing.T, s *stand) {
	c := s.founding()
	c.Drafts = []uuid.UUID{uuid.New()}
	fails(t, "without its draft", s.InsertConnection(t.Context(), c), connection.ErrUsed)
	_, err := s.Agreement(t.Context(), c.Founds.Grant.ID)
	fails(t, "the grant", err, access.ErrNotFound)
}

func foundingMakesRoom(t *testing.T, s *stand) {
	c := s.founding()
	other := granted(c.Founds.Grant.Partner, s.fleet())
	other.FleetRef = c.Founds.Grant.FleetRef
	s.grant(other)
	fails(t, "a reference of another fleet", s.InsertConnection(t.Context(), c), access.ErrRefTaken)
	_, err := s.Connection(t.Context(), c.To.ID)
	fails(t, "the connection", err, connection.ErrNotFound)
}

func revokedChangesNothing(t *testing.T, s *stand) {
	made := connection.Change{To: connected(s.fleet()), Permit: connection.Permit{Proof: access.Proof{TokenID: "t"}}}
	s.must(s.Revoke(t.Context(), "t", at(60)))
	fails(t, "the change", s.InsertConnection(t.Context(), made), access.ErrInvalidToken)
	made.Permit.Proof.TokenID = "another"
	s.must(s.InsertConnection(t.Context(), made))
}
