package connection_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAPreAuthIsUsedOnceByItsFleetAndTSP(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf("isaac")}
	s.tsp.check = func(_ context.Context, a tsp.Access) (tsp.Account, error) {
		if a.Credentials.Get("password") != "hush-pass" || a.Credentials.Get("username") != "mine" || a.Credentials.Get("auth_code") == "bad" {
			return tsp.Account{}, &tsp.Error{Class: tsp.Unauthorized, Message: "wrong"}
		}
		return tsp.Account{Key: "1"}, nil
	}
	pre := body(`"pre_auth_credentials":{"username":"theirs","password":"hush-pass","host":"h"}`)
	id, err := s.service.PreAuthorize(t.Context(), s.fleet, pre)
	if err != nil {
		t.Fatal(err)
	}
	use := func(code string) []byte {
		return body(fmt.Sprintf(`"credentials":{"auth_code":%q,"username":"mine"},"pre_auth_id":%q`, code, id))
	}
	_, err = s.service.Create(t.Context(), s.partner, append(use("x")[:len(use("x"))-1], `,"fleet_ref":"another"}`...))
	refused(t, "another fleet", err, problem.Invalid, "pre_auth_id")
	_, err = s.service.Create(t.Context(), s.fleet, use("bad"))
	refused(t, "a wrong code", err, problem.Invalid, "credentials_refused")
	if _, err = s.service.Create(t.Context(), s.fleet, use("x")); err != nil {
		t.Fatal(err)
	}
	_, err = s.service.Create(t.Context(), s.fleet, use("x"))
	refused(t, "a second use", err, problem.Invalid, "works once")
	late, err := s.service.PreAuthorize(t.Context(), s.fleet, pre)
	if err != nil {
		t.Fatal(err)
	}
	s.offset.Store(int64(25 * time.Hour))
	id = late
	_, err = s.service.Create(t.Context(), s.fleet, use("x"))
	refused(t, "a day later", err, problem.Invalid, "pre_auth_id")
	_, err = s.service.PreAuthorize(t.Context(), s.fleet, body(`"pre_auth_credentials":{"username":"u"}`))
	refused(t, "no password", err, problem.Invalid, "pre_auth_credentials.password")
}

func TestAPreAuthMakesOneConnectionHoweverManyUseItAtOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf("isaac")}
	var checking sync.WaitGroup
	checking.Add(5)
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
		checking.Done()
		checking.Wait() // All have found the pre-auth when the first uses it up.
		return tsp.Account{Key: "1"}, nil
	}
	id, err := s.service.PreAuthorize(t.Context(), s.fleet, body(`"pre_auth_credentials":{"username":"u","password":"p","host":"h"}`))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			_, err := s.service.Create(t.Context(), s.fleet, body(fmt.Sprintf(`"credentials":{"auth_code":"x"},"pre_auth_id":%q`, id)))
			if err != nil && problem.Of(err).Code != problem.Conflict {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := s.count(); n != 1 {
		t.Errorf("%d connections were made", n)
	}
}
