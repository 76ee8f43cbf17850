package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestEachMethodAndEntityHasItsDocumentedLimit(t *testing.T) {
	t.Parallel()
	for call, n := range map[string]int{
		"Get Device": 650, "Add Device": 250, "Set Device": 250, "Remove Device": 250, "Get UntrackedAsset": 100, "Add User": 250,
		"Set Trailer": 300, "Get DVIRLog": 1000, "Add DVIRLog": 350, "Add FuelTransaction": 1000,
		"Get FuelTransaction": 250, "Set FuelTransaction": 200, "Get DriverChange": 1000, "Add DriverChange": 250,
		"GetFeed Device": 250, "GetFeed DVIRLog": 350, "GetFeed FuelTransaction": 250,
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := start(t, simtest.Limited).as(service)
			method, typ, _ := strings.Cut(call, " ")
			params := `{"typeName":"` + typ + `"}`
			for done := range n {
				if got := s.rpc(method, params); got.kind() == "OverLimitException" {
					t.Fatalf("call %d: %s", done+1, got.Text)
				}
			}
			s.Clock.Advance(1500 * time.Millisecond)
			got := s.rpc(method, params)
			message := got.refused(t, "OverLimitException")
			if !strings.HasPrefix(message, "API calls quota exceeded. Maximum admitted ") || !strings.HasSuffix(message, " per 1m.") {
				t.Errorf("message = %q", message)
			}
			if retry := got.Header.Get("Retry-After"); retry != "59" {
				t.Errorf("Retry-After = %q", retry)
			}
			s.Clock.Advance(58500 * time.Millisecond)
			if got := s.rpc(method, params); got.kind() == "OverLimitException" {
				t.Errorf("after the window: %s", got.Text)
			}
		})
	}
}

func TestALimitThatGeotabDoesNotStateIsEnforcedOnlyWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"Get User", "Add TextMessage", "Get Group", "GetFeed TextMessage", "Add UserHosRuleSet", "GetCountOf Device"} {
		s := start(t, simtest.Limited).as(service)
		method, typ, _ := strings.Cut(call, " ")
		refused := func() (n int) {
			for range 61 {
				if s.rpc(method, `{"typeName":"`+typ+`"}`).kind() == "OverLimitException" {
					n++
				}
			}
			return n
		}
		stated := refused()
		s.Turn(simkit.AssumedLimits)
		if assumed := refused(); stated != 0 || assumed != 1 {
			t.Errorf("%s: %d of 61 calls are refused, and %d with the switch on; want none and 1", call, stated, assumed)
		}
	}
}

func TestHeadersTellTheLimit(t *testing.T) {
	t.Parallel()
	s := start(t, simtest.Limited).as(service)
	s.get("Device", `{}`)
	s.Clock.Advance(10 * time.Second)
	got := s.must("Get", `{"typeName":"Device"}`).Header
	for name, want := range map[string]string{
		"X-Rate-Limit-Limit": "1m", "X-Rate-Limit-Remaining": "648", "X-Rate-Limit-Reset": "2026-11-24T12:01:00.000Z", "Retry-After": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestSigningInIsLimitedPerUserAndFailuresCount(t *testing.T) {
	t.Parallel()
	s := start(t, simtest.Limited)
	for n := range 10 {
		user := service
		if n%2 == 0 {
			user = "Demo-Service@waybill.example wrong"
		}
		if kind := s.authenticate(user).kind(); kind == "OverLimitException" {
			t.Fatalf("call %d was refused", n+1)
		}
	}
	if message := s.authenticate(service).refused(t, "OverLimitException"); message != "API calls quota exceeded. Maximum admitted 10 per 1m." {
		t.Errorf("message = %q", message)
	}
	s.as(supervisor)
	s.Clock.Advance(time.Minute)
	s.as(service)
}

func TestLimitsAreCountedPerUser(t *testing.T) {
	t.Parallel()
	s := start(t, simtest.Limited)
	s.Turn(simkit.AssumedLimits)
	one, two := s.as(service), s.as(supervisor)
	for range 60 {
		one.get("Group", `{"id":"b2781"}`)
	}
	one.rpc("Get", `{"typeName":"Group"}`).refused(t, "OverLimitException")
	two.get("Group", `{"id":"b2781"}`)
	calls := strings.Repeat(`{"method":"Get","params":{"typeName":"Group","search":{"id":"b2781"}}},`, 60)
	failed := two.rpc("ExecuteMultiCall", `{"calls":[`+strings.TrimSuffix(calls, ",")+`]}`)
	failed.refused(t, "OverLimitException")
	if index := *failed.body.Error.Data.Index; index != 59 {
		t.Errorf("requestIndex = %d: calls of a multicall do not count each", index)
	}
}

func TestLimitsFollowTheSwitches(t *testing.T) {
	t.Parallel()
	s := start(t).as(service)
	s.Turn(simkit.AssumedLimits)
	call := func() answer { return s.rpc("Get", `{"typeName":"Group","search":{"id":"b2781"}}`) }
	for range 61 {
		if got := call(); got.kind() != "" || got.Header.Get("X-Rate-Limit-Limit") != "" {
			t.Fatalf("limits are off: %s", got.Text)
		}
	}
	s.Admin("POST", "limits", `{"enabled":true}`)
	for range 60 {
		call()
	}
	s.Turn("status_429")
	if got := call(); got.Status != http.StatusTooManyRequests || got.kind() != "OverLimitException" || got.Header.Get("Retry-After") != "60" {
		t.Errorf("with status_429: %d %s", got.Status, got.Text)
	}
	s.Turn("limits_coming_soon")
	if got := call(); got.kind() != "" || got.Header.Get("X-Rate-Limit-Remaining") != "0" {
		t.Errorf("with limits_coming_soon: %s %v", got.Text, got.Header)
	}
}
