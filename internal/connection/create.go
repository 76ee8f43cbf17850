package connection

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// order is what the body of a creation asks for. If newFleet says so, grant is the one that is to
// be made and nothing of it is stored.
type order struct {
	spec        tsp.Spec
	grant       access.Grant
	newFleet    bool
	credentials tsp.Credentials
	settings    tsp.Settings
	description string
	wishes      Wishes
	// preAuth is the draft that fills up the credentials; nil if there is none.
	preAuth uuid.UUID
	permit  Permit
}

// Create makes the connection that a body (the contract's ConnectionCreate) asks for. A fleet's
// token says whose it is; a partner names the fleet by its own fleet_ref, and one that it has
// not named before is made, with read_write granted to that partner for every kind. Extra
// members are settings and pre_auth_id. Unless the TSP takes the credentials nothing is made.
func (s *Service) Create(ctx context.Context, who access.Principal, raw []byte) (Read, error) {
	o, err := s.order(ctx, who, raw)
	if err != nil {
		return Read{}, err
	}
	// Neither a caller who hangs up nor a stop must cost what a code is exchanged for.
	leave, ok := s.enter()
	if !ok {
		return Read{}, stopping()
	}
	defer leave()
	ctx = context.WithoutCancel(ctx)
	id, err := uuid.NewV7()
	if err != nil {
		return Read{}, fmt.Errorf("making a connection id: %w", err)
	}
	c := Connection{ID: id, Fleet: o.grant.Fleet, TSP: o.spec.Name, Maker: makerOf(who), Description: o.description,
		Settings: o.settings, Wishes: o.wishes, Version: 1}
	o.permit = permit(who, mayMake)
	c, err = s.make(ctx, c, o)
	// The one that was faster has made the connection; this one's credentials are as good as
	// spent.
	if errors.Is(err, ErrUsed) {
		return Read{}, problem.New(problem.Conflict,
			"another request has used these credentials or this pre_auth_id meanwhile; "+
				"GET /v2/integrations/connections shows what it made")
	}
	if err != nil {
		return Read{}, err
	}
	r, err := s.read(c, o.grant.FleetRef)
	r.Warnings = s.newFleetWarnings(ctx, who, o)
	return r, err
}

// Connect makes a connection whose id, fleet, TSP, maker and description the caller chose. It is for the
// demonstration: nobody's grant is asked and no fleet is made.
func (s *Service) Connect(ctx context.Context, c Connection, credentials tsp.Credentials) (Connection, error) {
	c.Version = 1
	return s.make(ctx, c, order{credentials: credentials, grant: access.Grant{Fleet: c.Fleet}})
}

// make exchanges and checks credentials and stores the connection. Up to the insert nothing is
// stored but drafts, so that wrong credentials leave no fleet behind.
func (s *Service) make(ctx context.Context, c Connection, o order) (_ Connection, err error) {
	var t *trial
	var account tsp.Account
	defer func() {
		if err != nil && t.asked() {
			s.noteVain(ctx, "credentials for "+string(c.TSP), o.maker(c.Fleet, c.Maker), err)
		}
	}()
	err = s.bounded(c.Maker, func() (err error) {
		if t, err = s.newTrial(ctx, c, o.credentials, c.Maker); err == nil {
			account, err = t.check(ctx, t.target)
		}
		return t.refusal(err, "credentials")
	})
	if err != nil {
		return c, err
	}
	c.Account, c.Status, c.CreatedAt = account.Key, Active, s.clock()
	c.UpdatedAt = c.CreatedAt
	if c.Sealed, err = s.seal(t.current, c.sealContext()); err != nil {
		return c, err
	}
	made := s.following(Change{To: c, Drafts: t.drafts(), Permit: o.permit})
	if o.newFleet {
		o.grant.CreatedAt, o.grant.UpdatedAt = c.CreatedAt, c.CreatedAt
		made.Founds = &Founding{Fleet: access.Fleet{ID: o.grant.Fleet, Name: o.grant.FleetRef}, Grant: o.grant}
	}
	if made.Events, err = told(c, EventCreated); err != nil {
		return c, err
	}
	if o.preAuth != uuid.Nil {
		made.Drafts = append(made.Drafts, o.preAuth)
	}
	err = ended(s.Store.InsertConnection(ctx, made))
	if errors.Is(err, access.ErrRefTaken) || errors.Is(err, access.ErrExists) {
		return c, made.Founds.taken()
	}
	if errors.Is(err, access.ErrNotFound) {
		return c, problem.New(problem.Conflict,
			"nothing was made, because the fleet was deleted while its credentials were tried")
	}
	if err != nil {
		return c, fmt.Errorf("storing a connection: %w", err)
	}
	s.Log.Info("connection made", "connection_id", c.ID, "tsp", c.TSP, "fleet_id", c.Fleet)
	return c, nil
}

// order reads a body and finds every problem of it at once. Of wrong members it tells all; who may
// not act for the fleet is told of that alone.
func (s *Service) order(ctx context.Context, who access.Principal, raw []byte) (o order, err error) {
	b := resource.Read(raw, creation())
	if b.Broken() {
		return o, problem.InvalidBody(b.Problems()...)
	}
	var known bool
	if o.spec, known = s.readTSP(b); known {
		o.readSettings(b)
	}
	o.description, o.wishes = b.Text("description").Or(""), wished(b, Wishes{})
	if err := s.readFleet(ctx, who, b, &o); err != nil {
		return o, err
	}
	if known {
		to := Connection{Fleet: o.grant.Fleet, TSP: o.spec.Name, Settings: o.settings}
		if err := s.translate(ctx, b, to, nil); err != nil {
			return o, err
		}
	}
	if known && b.Has("credentials") {
		if err := s.readCredentials(ctx, b, &o); err != nil {
			return o, err
		}
	}
	if wrong := b.Problems(); len(wrong) > 0 {
		return o, problem.InvalidBody(wrong...)
	}
	return o, nil
}

// readTSP finds the adapter that a body names. A problem of it goes to the body; false means that
// there is one, or that the member is missing.
func (s *Service) readTSP(b *resource.Object) (tsp.Spec, bool) {
	id, given := b.ID("tsp_id").Get()
	if !given {
		return tsp.Spec{}, false
	}
	spec, ok := s.adapter(id)
	if !ok {
		b.Refuse("tsp_id", resource.CodeReference,
			"is no TSP of this installation; GET /v2/integrations/tsps lists them")
	}
	return spec, ok
}

// readFleet finds or plans the fleet that a body is about.
func (s *Service) readFleet(ctx context.Context, who access.Principal, b *resource.Object, o *order) (err error) {
	ref := b.Text("fleet_ref").Or("")
	switch {
	case who.IsFleet() && b.Has("fleet_ref"):
		b.Refuse("fleet_ref", resource.CodeUnknown,
			"is for partners; your token says which fleet you are, so leave it out")
	case !who.IsFleet() && ref == "":
		b.Refuse("fleet_ref", resource.CodeMissing,
			"is required with a partner's token: your own reference of the fleet; one that is new makes a fleet")
	default:
		if o.grant, o.newFleet, err = s.fleetOf(ctx, who, ref); err == nil {
			err = s.refuseNewFleet(ctx, who, b, o)
		}
	}
	return err
}

// readSettings reads the settings of a new connection.
func (o *order) readSettings(b *resource.Object) {
	all, wrong := o.spec.ReadSettings(b.Raw("settings"), nil)
	b.Add(wrong...)
	refuseMasks(b, o.spec, all, nil)
	o.settings, o.credentials.Secrets = sift(o.spec, all, nil)
}

// readCredentials reads credentials, filled up with those of the pre-auth that a body names. It
// needs the spec, the settings' secrets and the fleet, and so comes last.
func (s *Service) readCredentials(ctx context.Context, b *resource.Object, o *order) (err error) {
	given := b.Raw("credentials")
	// Without a fleet there is a problem already, and whose pre-auth it would be is not known.
	if id, ok := b.ID("pre_auth_id").Get(); ok && o.grant.Fleet != uuid.Nil {
		if given, err = s.preAuthorized(ctx, b, o, id); err != nil {
			return err
		}
	}
	read, wrong := o.spec.ReadCredentials(given)
	read.Secrets = o.credentials.Secrets
	o.credentials = read
	b.Add(wrong...)
	return nil
}
