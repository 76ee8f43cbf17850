package connection

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// PreAuthorize keeps user name and password (the contract's ConnectionPreAuthCreate) ahead of a
// consent at the TSP and returns the id under which one later connection of the same fleet and
// TSP can use them, as pre_auth_id, within a day. A creation that fails does not use them up.
func (s *Service) PreAuthorize(ctx context.Context, who access.Principal, raw []byte) (uuid.UUID, error) {
	b := resource.Read(raw, preAuth())
	if b.Broken() {
		return uuid.Nil, problem.InvalidBody(b.Problems()...)
	}
	spec, _ := s.readTSP(b)
	var o order
	if err := s.readFleet(ctx, who, b, &o); err != nil {
		return uuid.Nil, err
	}
	var credentials tsp.Credentials
	if b.Has("pre_auth_credentials") {
		// A pre-auth has one shape for all TSPs, which the reader of credentials knows from a
		// spec; this one stands for no TSP.
		takes := tsp.Spec{DisplayName: "a pre-auth",
			Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("api_basic")}}
		var wrong []resource.Problem
		credentials, wrong = takes.ReadCredentials(b.Raw("pre_auth_credentials"))
		for i := range wrong {
			wrong[i].Path = "pre_auth_" + wrong[i].Path
		}
		b.Add(wrong...)
	}
	if wrong := b.Problems(); len(wrong) > 0 {
		return uuid.Nil, problem.InvalidBody(wrong...)
	}
	// A random id, because knowing it is part of the right to use what is kept.
	d := Draft{ID: uuid.New(), Purpose: PreAuth, Fleet: o.grant.Fleet, TSP: spec.Name, Maker: makerOf(who),
		EndsAt: s.clock().Add(draftLife)}
	var err error
	if d.Sealed, err = s.seal(credentials, d.sealContext()); err != nil {
		return uuid.Nil, err
	}
	err = s.Store.SaveDraft(ctx, d)
	if errors.Is(err, ErrFull) {
		return uuid.Nil, &problem.Error{Code: problem.TooMany, RetryAfter: time.Minute,
			Detail: fmt.Sprintf("you have %d pre-auths that no connection was "+
				"made of yet, which is as many as may be; make connections of them, or wait: each ends after a day",
				MostDrafts)}
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("storing a pre-auth: %w", err)
	}
	return d.ID, nil
}

// preAuthorized fills up the credentials of a body with those of a pre-auth, which adds members
// and never replaces any.
func (s *Service) preAuthorized(ctx context.Context, b *resource.Object, o *order, id uuid.UUID) (
	jsontext.Value, error) {
	given := b.Raw("credentials")
	// Looked for by fleet and TSP, so that another fleet's id is as unknown as a made-up one.
	of := Draft{ID: id, Purpose: PreAuth, Fleet: o.grant.Fleet, TSP: o.spec.Name}
	draft, err := s.Store.DraftByID(ctx, of, s.clock())
	if errors.Is(err, ErrNotFound) {
		b.Refuse("pre_auth_id", resource.CodeReference,
			"is no pre-auth of this fleet and TSP that can still be used: it works once, within a day")
		return given, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a pre-auth: %w", err)
	}
	var before tsp.Credentials
	if err := s.openDraft(draft, &before); err != nil {
		return nil, err
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(given, &members); err != nil || members == nil {
		return given, nil // What is wrong with it is told with the credentials.
	}
	for name, value := range before.Fields {
		if _, ok := members[name]; ok {
			continue
		}
		// Members of credentials are texts, whatever the kind.
		if members[name], err = jsontext.AppendQuote(nil, strings.ToValidUTF8(value, "")); err != nil {
			return nil, fmt.Errorf("reading a pre-auth: %w", err)
		}
	}
	o.preAuth = id
	return json.Marshal(members)
}
