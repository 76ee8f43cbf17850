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

// order is what the body of a creation asks for.
type order struct {
	spec        tsp.Spec
	grant       access.Grant
	newFleet    bool
	credentials tsp.Credentials
	settings    tsp.Settings
	description string
	// preAuth is the draft that fills up the credentials; nil if there is none.
	preAuth uuid.UUID
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
	// A caller who hangs up must not cost what a code is exchanged for.
	ctx = context.WithoutCancel(ctx)
	id, err := uuid.NewV7()
	if err != nil {
		return Read{}, fmt.Errorf("making a connection id: %w", err)
	}
	c := Connection{ID: id, Fleet: o.grant.Fleet, TSP: o.spec.Name, Description: o.description, Settings: o.settings, Version: 1}
	c, err = s.make(ctx, c, o)
	if errors.Is(err, ErrUsed) {
		return Read{}, problem.New(problem.Conflict, "another request has used these credentials or this pre_auth_id meanwhile; GET /v2/integrations/connections shows what it made")
	}
	if err != nil {
		return Read{}, err
	}
	return s.read(c, o.grant.FleetRef)
}

// Connect makes a connection whose id, fleet, TSP and description the caller chose.
func (s *Service) Connect(ctx context.Context, c Connection, credentials tsp.Credentials) (Connection, error) {
	c.Version = 1
	return s.make(ctx, c, order{credentials: credentials, grant: access.Grant{Fleet: c.Fleet}})
}

// make exchanges and checks credentials and stores the connection.
func (s *Service) make(ctx context.Context, c Connection, o order) (Connection, error) {
	t, err := s.newTrial(ctx, c, o.credentials)
	if err != nil {
		return c, t.refusal(err, "credentials")
	}
	account, err := t.check(ctx, t.target(c.ID))
	if err != nil {
		return c, t.refusal(err, "credentials")
	}
	if o.newFleet {
		if err := s.found(ctx, o.grant); err != nil {
			return c, err
		}
	}
	c.Account, c.Status, c.CreatedAt = account.Key, Active, s.clock()
	c.UpdatedAt = c.CreatedAt
	if c.Sealed, err = s.seal(t.current, c.sealContext()); err != nil {
		return c, err
	}
	made := s.following(Change{To: c, Drafts: t.drafts()})
	if made.Events, err = told(EventCreated, c); err != nil {
		return c, err
	}
	if o.preAuth != uuid.Nil {
		made.Drafts = append(made.Drafts, o.preAuth)
	}
	err = s.Store.InsertConnection(ctx, made)
	// The trial's session renews credentials into the draft, which is used up or of no use now.
	s.Caller.Forget(c.ID)
	if err != nil {
		return c, fmt.Errorf("storing a connection: %w", err)
	}
	s.Log.Info("connection made", "connection_id", c.ID, "tsp", c.TSP, "fleet_id", c.Fleet)
	return c, nil
}

// order reads a body and finds every problem of it at once.
func (s *Service) order(ctx context.Context, who access.Principal, raw []byte) (o order, err error) {
	b := readBody(raw, "tsp_id", "credentials", "description", "settings", "fleet_ref", "pre_auth_id")
	if b.given == nil {
		return o, b.err()
	}
	var known bool
	if o.spec, known = s.readTSP(b); known {
		b.settings(o.spec, &o)
	}
	o.description = b.text("description")
	preAuth := b.id("pre_auth_id")
	if err := s.readFleet(ctx, who, b, &o); err != nil {
		return o, err
	}
	b.need("credentials", "is required: what the TSP takes as proof that the fleet agrees")
	if known && b.has("credentials") {
		given := b.given["credentials"]
		if preAuth != uuid.Nil && o.grant.Fleet != uuid.Nil {
			if given, err = s.preAuthorized(ctx, b, &o, preAuth); err != nil {
				return o, err
			}
		}
		secrets := o.credentials.Secrets
		var found []resource.Problem
		o.credentials, found = o.spec.ReadCredentials(given)
		o.credentials.Secrets = secrets
		b.add(found)
	}
	return o, b.err()
}

// readTSP finds the adapter that a body names.
func (s *Service) readTSP(b *body) (tsp.Spec, bool) {
	b.need("tsp_id", "is required; GET /v2/integrations/tsps lists the TSPs with their ids")
	id := b.id("tsp_id")
	if id == uuid.Nil {
		return tsp.Spec{}, false
	}
	spec, ok := s.adapter(id)
	if !ok {
		b.refuse("tsp_id", id.String(), "is no TSP of this installation; GET /v2/integrations/tsps lists them", resource.CodeReference)
	}
	return spec, ok
}

// readFleet finds or plans the fleet that a body is about.
func (s *Service) readFleet(ctx context.Context, who access.Principal, b *body, o *order) (err error) {
	ref := b.text("fleet_ref")
	switch {
	case who.IsFleet() && b.has("fleet_ref"):
		b.refuse("fleet_ref", resource.Excerpt(ref), "is for partners; your token says which fleet you are, so leave it out", resource.CodeUnknown)
	case !who.IsFleet() && ref == "":
		if len(b.wrong) == 0 || b.wrong[len(b.wrong)-1].Path != "fleet_ref" {
			b.refuse("fleet_ref", "", "is required with a partner's token: your own reference of the fleet; one that is new makes a fleet", resource.CodeMissing)
		}
	default:
		o.grant, o.newFleet, err = s.fleetOf(ctx, who, ref)
	}
	return err
}

// settings reads the settings of a new connection.
func (b *body) settings(spec tsp.Spec, o *order) {
	raw := b.given["settings"]
	if !b.has("settings") {
		raw = nil
	}
	all, found := spec.ReadSettings(raw, nil)
	b.add(found)
	for key, value := range all {
		if value == mask {
			b.refuse("settings."+key, mask, "is the mask that stands where a secret is; send the secret itself", resource.CodePattern)
		}
	}
	o.settings, o.credentials.Secrets = sift(spec, all, nil)
}
