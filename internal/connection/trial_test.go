package connection_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// coded makes the TSP give tokens for a code, once.
func coded(s *stand) (spent *[]string) {
	spent = &[]string{}
	s.tsp.spec.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf("samsara")}
	s.tsp.exchange = func(c tsp.Credentials) (tsp.Credentials, error) {
		code := c.Get("auth_code")
		for _, before := range *spent {
			if before == code {
				return c, &tsp.Error{Class: tsp.Unauthorized, Message: "the code was used"}
			}
		}
		*spent = append(*spent, code)
		return tsp.Credentials{Kind: c.Kind, Fields: map[string]string{"client_id": c.Get("client_id"), "client_secret": c.Get("client_secret"),
			tsp.AccessToken: "at-" + code, tsp.RefreshToken: "rt-" + code}}, nil
	}
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{Key: "account-1"}, nil }
	return spent
}

const withCode = `"credentials":{"client_id":"c","client_secret":"hush-secret","auth_code":"hush-code"}`

func TestTokensOfASpentCodeSurviveWhateverComesBetween(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		// between happens at the TSP's check, after the code was spent.
		between func(s *stand)
	}{
		{"the process dies", func(*stand) { panic("the process dies here") }},
		{"the TSP goes down", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			spent := coded(s)
			ok := s.tsp.check
			s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
				if c.between != nil {
					c.between(s)
				}
				return tsp.Account{}, &tsp.Error{Class: tsp.Unavailable, Message: "down"}
			}
			_, err := s.service.Create(t.Context(), s.fleet, body(withCode))
			if err == nil {
				t.Fatal("it was made")
			}
			if c.between == nil {
				refused(t, "the TSP is down", err, problem.GatewayTimeout, "kept for a day")
			}
			if n := s.count(); n != 0 {
				t.Errorf("%d connections show", n)
			}
			s.tsp.check = ok
			s.restart()
			made := s.create(withCode)
			if got := s.secret(made.ID); got.Get(tsp.RefreshToken) != "rt-hush-code" || len(*spent) != 1 {
				t.Errorf("the code was spent %d times", len(*spent))
			}
			want := `{"auth_code":"*****","client_id":"c","client_secret":"*****"}`
			if string(made.Credentials) != want || strings.Contains(s.log.String(), "hush") {
				t.Errorf("%s\n%s", made.Credentials, s.log)
			}
			if _, err := s.service.Create(t.Context(), s.fleet, body(withCode)); err == nil {
				t.Error("the tokens of one code made two connections")
			}
		})
	}
}

func TestADraftThatDoesNotOpenKeepsNobodyFromConnecting(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	spoilt := connection.Draft{ID: uuid.New(), Purpose: connection.Exchanged, Fleet: s.fleet.Fleet.ID, TSP: name,
		Connection: uuid.New(), EndsAt: time.Now().Add(time.Hour), Sealed: []byte("spoilt")}
	if err := s.db.SaveDraft(t.Context(), spoilt); err != nil {
		t.Fatal(err)
	}
	s.create(good)
	if !strings.Contains(s.log.String(), spoilt.ID.String()) {
		t.Errorf("nobody is told of it:\n%s", s.log)
	}
}

func TestOneRefusalOfTheTokensDoesNotCostTheCode(t *testing.T) {
	t.Parallel()
	for _, class := range []tsp.Class{tsp.Unauthorized, tsp.Forbidden, tsp.Missing} {
		s := newStand(t)
		spent := coded(s)
		ok := s.tsp.check
		s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
			return tsp.Account{}, &tsp.Error{Class: class, Message: "not now"}
		}
		_, err := s.service.Create(t.Context(), s.fleet, body(withCode))
		refused(t, string(class), err, problem.Invalid, "not now")
		s.tsp.check = ok
		if made := s.create(withCode); made.Status != connection.Active || len(*spent) != 1 {
			t.Errorf("%s: the same body makes one that is %s; the code was spent %d times", class, made.Status, len(*spent))
		}
	}
}

func TestTheCallerHangingUpDoesNotCostTheCode(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	coded(s)
	ctx, hangUp := context.WithCancel(t.Context())
	exchange := s.tsp.exchange
	s.tsp.exchange = func(c tsp.Credentials) (tsp.Credentials, error) {
		hangUp()
		return exchange(c)
	}
	if _, err := s.service.Create(ctx, s.fleet, body(withCode)); err != nil || s.count() != 1 {
		t.Errorf("%v, %d made", err, s.count())
	}
}

func TestACodeWhoseTokensCannotBeStoredIsToldOf(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	coded(s)
	s.store.failing("draft", errors.New("disk full"))
	_, err := s.service.Create(t.Context(), s.fleet, body(withCode))
	refused(t, "no room for tokens", err, problem.Unavailable, "get a new one")
	if !strings.Contains(s.log.String(), "level=ERROR") || strings.Contains(s.log.String(), "hush") {
		t.Errorf("the log says %s", s.log)
	}
}

func TestWhoeverCannotReachATSPIsSentToWhoeverSetItsAddress(t *testing.T) {
	t.Parallel()
	for operator, says := range map[string]string{"": "check the address if the credentials name one", "https://sim.example": "ask the operator of this installation"} {
		s := newStand(t)
		s.bases = map[tsp.Name]string{name: operator}
		s.restart()
		s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
			return tsp.Account{}, &tsp.Error{Class: tsp.Unavailable, Message: "the TSP could not be reached"}
		}
		_, err := s.service.Create(t.Context(), s.fleet, body(good))
		refused(t, "a TSP at "+operator, err, problem.GatewayTimeout, says)
	}
}

func TestAnAddressThatThePolicyForbidsIsTheCallersToMend(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	policy := &outbound.Refusal{Reason: "the host is private; ask the operator", Err: errors.New("10.0.0.7")}
	s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) {
		return tsp.Account{}, &tsp.Error{Class: tsp.Unavailable, Message: "the TSP could not be reached", Err: policy}
	}
	_, err := s.service.Create(t.Context(), s.fleet, body(good))
	refused(t, "a private address", err, problem.Invalid, "[credentials|*****|The TSP was not asked, and nothing was changed: the host is private; ask the operator|address_refused]")
	if strings.Contains(fmt.Sprint(err, problem.Of(err).Details), "10.0.0.7") {
		t.Errorf("an address of ours shows in %v", err)
	}
}

func TestATrialTellsWhereItsEndCanBeMended(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  tsp.Error
		code problem.Code
		says string
	}{
		"an address that is none": {tsp.Error{Class: tsp.Unauthorized, Credential: "url", Own: true, Message: "it must be an https URL"},
			problem.Invalid, "cannot be connected by the url, and nothing was changed: it must be an https URL"},
		"a redirect": {tsp.Error{Class: tsp.Unavailable, Status: 302, Message: "the TSP answered 302 Found, a redirect to https://x"},
			problem.Invalid, "could not be asked, and nothing was changed: the TSP answered 302 Found, a redirect to https://x"},
		"an answer of another shape": {tsp.Error{Class: tsp.Broken, Status: 200, Message: "the answer has an unexpected shape"},
			problem.GatewayTimeout, "the answer has an unexpected shape; send the request again later"},
		"words of ours": {tsp.Error{Class: tsp.Unauthorized, Status: 401, Own: true, Message: "the hush is wrong"},
			problem.Invalid, "the hush is wrong"},
		"words of the TSP's": {tsp.Error{Class: tsp.Unauthorized, Status: 401, Message: "the hush is wrong"},
			problem.Invalid, "the ***** is wrong"},
	} {
		s := newStand(t)
		s.tsp.check = func(context.Context, tsp.Access) (tsp.Account, error) { return tsp.Account{}, &c.end }
		_, err := s.service.Create(t.Context(), s.fleet, body(`"credentials":{"token":"hush"}`))
		refused(t, name, err, c.code, c.says)
		var told *problem.Error
		if errors.As(err, &told) && c.end.Credential != "" && told.Details[0].Path != "credentials.url" {
			t.Errorf("%s: at %s", name, told.Details[0].Path)
		}
	}
}
