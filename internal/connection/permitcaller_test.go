package connection_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestACallerWhoseTokenEndsDuringItsOwnTrialGetsNothing(t *testing.T) {
	t.Parallel()
	operator := func(s *stand) *access.Operator { return access.NewOperator(s.db, time.Now) }
	for name, end := range map[string]func(ctx context.Context, s *stand, client string) error{
		"deleted": func(ctx context.Context, s *stand, client string) error { return operator(s).DeleteClient(ctx, client) },
		"disabled": func(ctx context.Context, s *stand, client string) error {
			_, err := operator(s).EnableClient(ctx, client, false)
			return err
		},
		"all tokens revoked": func(ctx context.Context, s *stand, client string) error {
			_, err := operator(s).EndTokens(ctx, client)
			return err
		},
		"narrowed": func(ctx context.Context, s *stand, client string) error {
			_, err := operator(s).SetScopes(ctx, client, []string{"fleet:read"})
			return err
		},
		"its secret revoked": func(ctx context.Context, s *stand, client string) error {
			_, err := operator(s).RevokeSecret(ctx, client, "1")
			return err
		},
		"the token revoked": func(ctx context.Context, s *stand, _ string) error {
			return s.db.Revoke(ctx, access.TokenID{Issuer: "waybill", ID: "jti"}, time.Now().Add(time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.writes()
			s.allow(s.partner, access.GrantActive, resource.KindVehicle, resource.KindMessage)
			scopes := []string{"connection:create", "fleet:read"}
			for _, who := range []*access.Principal{&s.fleet, &s.partner} {
				c := access.Client{ID: "token-" + who.Client, Partner: who.Partner, Fleet: who.Fleet, Scopes: scopes, Generation: 1,
					Secrets: []access.Secret{{ID: "1", Hash: []byte(who.Client)}}}
				if err := s.db.InsertClient(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				who.Proof = access.Proof{Client: c.ID, Token: access.TokenID{Issuer: "waybill", ID: "jti"}, Secret: "1", Generation: 1, Scopes: scopes[:1]}
			}
			made, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`))
			if err != nil {
				t.Fatal(err)
			}
			who := s.partner
			s.during(func() {
				if err := end(t.Context(), s, who.Proof.Client); err != nil {
					t.Error(err)
				}
			})
			_, err = s.service.Update(t.Context(), who, made.ID, []byte(`{"credentials":{"token":"slow"}}`))
			refused(t, "the change", err, problem.Unauthorized, "the token or its client ended")
			who = s.fleet
			_, err = s.service.Create(t.Context(), who, body(`"credentials":{"token":"slow"}`))
			refused(t, "the creation", err, problem.Unauthorized, "the token or its client ended")
			all, err := s.db.Connections(t.Context())
			if err != nil || len(all) != 1 || all[0].Version != 1 {
				t.Errorf("%d connections, %v", len(all), err)
			}
		})
	}
}

func TestAFleetThatIsMergedDuringItsOwnTrialGetsNoConnection(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	into := access.Fleet{ID: uuid.UUID{9}, Name: "Another"}
	if err := s.db.InsertClient(t.Context(), access.Client{ID: "another-fleet", Fleet: into}); err != nil {
		t.Fatal(err)
	}
	s.during(func() {
		if err := s.db.MergeFleets(t.Context(), s.fleet.Fleet.ID, into.ID, time.Now()); err != nil {
			t.Error(err)
		}
	})
	_, err := s.service.Create(t.Context(), s.fleet, body(`"credentials":{"token":"slow"}`))
	refused(t, "the creation", err, problem.Conflict, "the fleet was deleted")
}
