package connection

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Permit asks again whether somebody may make a change, in the transaction that makes it: a fleet may
// have ended what it granted, and an operator the caller's token, while a TSP was asked, and how long that
// takes is not ours to say.
type Permit struct {
	// Proof is that of the caller's token, which may have ended meanwhile as well. Its refusal is an
	// access.ErrInvalidToken.
	Proof access.Proof
	// Partner is whose grant on the connection's fleet is asked for; zero for a fleet's own change and
	// for Waybill's.
	Partner uuid.UUID
	// Allows is given the grant as it stands by the store's clock, the zero one if there is none. Its
	// error is the store's answer, and then nothing was changed.
	Allows func(access.Grant) error
}

// Founding is a fleet that comes into being with its first connection, and the grant with it. Both are
// only ever added: whatever is stored under their ids stays as it is, and Permit judges that.
type Founding struct {
	Fleet access.Fleet
	Grant access.Grant
}

// makerOf is the partner or the fleet that a caller stands for.
func makerOf(who access.Principal) uuid.UUID {
	if who.IsFleet() {
		return who.Fleet.ID
	}
	return who.Partner.ID
}

// permit returns the Permit of a caller. allows is asked of partners alone.
func permit(who access.Principal, allows func(access.Grant) error) Permit {
	if who.IsFleet() {
		return Permit{Proof: who.Proof}
	}
	return Permit{Proof: who.Proof, Partner: who.Partner.ID, Allows: allows}
}

// ended tells a caller whose token ended meanwhile what that means; any other error stays what it is.
func ended(err error) error {
	if !errors.Is(err, access.ErrInvalidToken) {
		return err
	}
	return &problem.Error{Code: problem.Unauthorized, Err: err,
		Detail: "nothing was changed, because the token or its client ended meanwhile; get a new one, or ask the " +
			"operator of this installation"}
}

// mayMake takes read_write of any kind for the right to make a connection for a fleet, because share
// agreements speak of kinds alone.
func mayMake(g access.Grant) error {
	if !g.InForce(g.ReadAt) {
		return problem.New(problem.Forbidden, "the share agreement with the fleet %q is not in force; its status is %s",
			g.FleetRef, g.Status)
	}
	if !slices.ContainsFunc(resource.Kinds(), g.MayWrite) {
		return problem.New(problem.Forbidden,
			"the fleet has granted you to read only, so you may not make, change or delete its connections")
	}
	return nil
}

// mayChange lets whoever may make connections describe one, and have the stored credentials of one that
// does not work tried again. It does not exist for a partner whose grant is not in force.
func mayChange(c Connection, g access.Grant) error {
	if !g.InForce(g.ReadAt) {
		return noConnection(c.ID)
	}
	return mayMake(g)
}

// mayManage tells whether a partner may replace a connection's credentials and settings, pause it and
// end it, which concerns everybody whose data goes through it: the partner that made it may, while the
// fleet grants it to write all that the TSP takes. Where it is not known who did, the latter is enough.
func (s *Service) mayManage(c Connection, g access.Grant) error {
	if err := mayChange(c, g); err != nil {
		return err
	}
	const ask = "ask the fleet, which may with its own token; the operator of this installation gives it one"
	if c.Maker != g.Partner && c.Maker != uuid.Nil {
		return problem.New(problem.Forbidden,
			"you did not make this connection, so you may change its description alone, or set a stale one active: "+
				"its credentials, settings and status concern all whose data goes through it; %s", ask)
	}
	missing := slices.DeleteFunc(s.taken(c.TSP), func(k resource.Kind) bool { return g.MayWrite(k) })
	if len(missing) == 0 {
		return nil
	}
	var names []string
	for _, k := range missing {
		names = append(names, string(k))
	}
	return problem.New(problem.Forbidden,
		"whoever changes a connection's credentials, settings or status must be granted read_write for all that %s "+
			"takes, and the fleet has not granted you %s; %s", s.displayName(c.TSP), strings.Join(names, ", "), ask)
}

// allows tells whether a partner may have its wish. What is told of a stale connection is to try its
// credentials again, so each partner whose writes it holds up may.
func (s *Service) allows(w wish, asked Status, g access.Grant) error {
	from := w.from.Status
	again := asked == Active && (from == Stale || from == Failed)
	if !w.renews() && wished(w.body, w.from.Wishes) == w.from.Wishes && (again || asked == "" || asked == from) {
		return mayChange(w.from, g)
	}
	return s.mayManage(w.from, g)
}

// taken lists the kinds that a TSP takes; all if this installation has no adapter that says which.
func (s *Service) taken(name tsp.Name) []resource.Kind {
	adapter, ok := s.Caller.Registry().Adapter(name)
	if !ok {
		return resource.Kinds()
	}
	actions := adapter.Spec().Actions
	return slices.DeleteFunc(resource.Kinds(), func(k resource.Kind) bool {
		_, creates := actions[tsp.Capability{Kind: k, Verb: resource.Create}]
		_, updates := actions[tsp.Capability{Kind: k, Verb: resource.Update}]
		return !creates && !updates
	})
}

// managed is mayManage for whoever calls.
func (s *Service) managed(who access.Principal, c Connection, g access.Grant) error {
	if who.IsFleet() {
		return nil
	}
	return s.mayManage(c, g)
}

// noConnection is told of a connection that does not exist for a caller, and of one that does not
// exist at all.
func noConnection(id uuid.UUID) error {
	return problem.New(problem.NotFound, "there is no connection %s; GET /v2/integrations/connections lists yours", id)
}

// taken tells a caller that a new fleet cannot have the reference.
func (f *Founding) taken() error {
	return problem.New(problem.Conflict, "fleet_ref %q names a fleet that has deleted its share agreement with you; "+
		"ask the fleet for a new one, or name another fleet by another reference", f.Grant.FleetRef)
}
