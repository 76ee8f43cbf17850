package connection_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestWrongKeysOfOneHoldUpNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		other := s.another()
		wrong := func(who access.Principal, ref string) error {
			_, err := s.service.Create(t.Context(), who, body(`"credentials":{"token":"bad"},"fleet_ref":"`+ref+`"`))
			return err
		}
		for n := range 20 {
			refused(t, fmt.Sprint("wrong key ", n), wrong(s.partner, "ours"), problem.Invalid, "credentials_refused")
		}
		before := s.tsp.made()
		err := wrong(s.partner, "ours")
		refused(t, "one more", err, problem.TooMany, "too many credentials")
		if wait := problem.Of(err).RetryAfter; wait <= 0 || wait > 3*time.Second || s.tsp.made() != before {
			t.Errorf("it is to come again after %v, and the TSP was asked %d times", wait, s.tsp.made()-before)
		}
		if _, err := s.service.Create(t.Context(), other, body(good+`,"fleet_ref":"theirs"`)); err != nil {
			t.Errorf("another partner: %v", err)
		}
		time.Sleep(3 * time.Second)
		if _, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`)); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

func TestWhatIsTriedAtOnceIsBoundedForEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		s.tsp.answer(func(context.Context, tsp.Access) (tsp.Account, error) {
			time.Sleep(20 * time.Second)
			return tsp.Account{Key: "a"}, nil
		})
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() { s.create(good) })
		}
		synctest.Wait()
		_, err := s.service.Create(t.Context(), s.fleet, body(good))
		refused(t, "one more", err, problem.TooMany, "as many as may be at once")
		all.Go(func() {
			if _, err := s.service.Create(t.Context(), s.partner, body(good+`,"fleet_ref":"ours"`)); err != nil {
				t.Errorf("the partner: %v", err)
			}
		})
		all.Wait()
		s.create(good)
	})
}

// paced notes for whom calls are paced and charged.
func (s *stand) paced() *[]string {
	var mu sync.Mutex
	var all []string
	note := func(what string, c connection.Connection, more ...string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %q %s", what, c.Account, strings.Join(more, ","))))
	}
	s.service.Pace = func(c connection.Connection) tsp.Pacer { return notedPace{func() { note("paced", c) }} }
	s.service.Charge = func(c connection.Connection, limits []string) { note("charged", c, limits...) }
	return &all
}

type notedPace struct{ wait func() }

func (p notedPace) Wait(context.Context, ...string) error { p.wait(); return nil }

func (notedPace) Enter(context.Context, ...string) (func(), error) { return func() {}, nil }

func TestATrialIsPacedForWhoeverGaveTheCredentialsAndChargedToTheAccountThatTheyOpen(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "region", Type: tsp.TextSetting}}
	all := s.paced()
	own := fmt.Sprintf("paced %q", "\x00given by "+s.fleet.Fleet.ID.String())
	made := s.create(good)
	s.update(made.ID, `{"credentials":{"token":"good-2"}}`)
	s.update(made.ID, `{"settings":{"region":"eu"}}`)
	_, err := s.service.Create(t.Context(), s.fleet, body(`"credentials":{"token":"bad"}`))
	refused(t, "a wrong key", err, problem.Invalid, "refuses")
	want := []string{own, `charged "account-1" all`, own, `charged "account-1" all`, `paced "account-1"`, own}
	if diff := cmp.Diff(want, *all); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestCredentialsAreBounded(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf("access_token")}
	long := strings.Repeat("x", 8193)
	_, err := s.service.Create(t.Context(), s.fleet, body(`"credentials":{"access_token":"`+long+`"}`))
	refused(t, "a long member", err, problem.Invalid, "[credentials.access_token|*****|must have at most 8192 characters")
	var members []string
	for _, name := range []string{"access_token", "token_type", "refresh_token", "scope", "user_id"} {
		members = append(members, fmt.Sprintf("%q:%q", name, long[:8000]))
	}
	_, err = s.service.Create(t.Context(), s.fleet, body(`"credentials":{`+strings.Join(members, ",")+`}`))
	refused(t, "long ones in all", err, problem.Invalid, "[credentials|*****|must have at most 32768 bytes in all")
	_, err = s.service.PreAuthorize(t.Context(), s.fleet, body(`"pre_auth_credentials":{"username":"u","password":"`+long+`"}`))
	refused(t, "a long password", err, problem.Invalid, "[pre_auth_credentials.password|*****|must have at most 8192 characters")
}

func TestAPartnersPreAuthsAreBoundedAndNoOtherPartners(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ask := func(who access.Principal, ref string) error {
		_, err := s.service.PreAuthorize(t.Context(), who, body(`"fleet_ref":"`+ref+`","pre_auth_credentials":{"username":"u","password":"p"}`))
		return err
	}
	for n := range connection.MostDrafts {
		if err := ask(s.partner, fmt.Sprint("fleet ", n)); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, "one more", ask(s.partner, "ours"), problem.TooMany, "50 pre-auths")
	if err := ask(s.another(), "theirs"); err != nil {
		t.Errorf("another partner's: %v", err)
	}
}
