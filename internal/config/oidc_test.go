package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnExternalIssuerIsSetByItsURLAudienceAndClaims(t *testing.T) {
	t.Parallel()
	c, wrong := FromEnv([]string{"WAYBILL_OIDC_ISSUER=https://login.example/realms/fleet", "WAYBILL_OIDC_AUDIENCE=waybill",
		"WAYBILL_OIDC_CLAIMS=client=sub, partner=org_id,partner=tenant", "WAYBILL_OWN_ISSUER=off"}, tsps())
	want := OIDC{Issuer: "https://login.example/realms/fleet", Audience: "waybill", Claims: defaultClaims()}
	want.Claims["client"], want.Claims["partner"] = []string{"sub"}, []string{"org_id", "tenant"}
	if diff := cmp.Diff(want, c.OIDC); diff != "" || len(wrong) > 0 || !c.OwnIssuerOff {
		t.Errorf("%v (-want +got):\n%s", wrong, diff)
	}
}

func TestAnExternalIssuerThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	const issuer, audience = "WAYBILL_OIDC_ISSUER=https://login.example", "WAYBILL_OIDC_AUDIENCE=waybill"
	for says, environ := range map[string][]string{
		"WAYBILL_OIDC_AUDIENCE is not":      {issuer},
		"WAYBILL_OIDC_ISSUER is not":        {audience},
		"nobody would give tokens":          {"WAYBILL_OWN_ISSUER=off"},
		"such as https://login.example":     {"WAYBILL_OIDC_ISSUER=http://login.example", audience},
		"write the issuer's URL":            {"WAYBILL_OIDC_ISSUER=login.example", audience},
		`has "name=x"; write one of client`: {issuer, audience, "WAYBILL_OIDC_CLAIMS=name=x"},
		`has "client="`:                     {issuer, audience, "WAYBILL_OIDC_CLAIMS=client="},
		"set on or off":                     {"WAYBILL_OWN_ISSUER=maybe"},
	} {
		_, wrong := FromEnv(environ, tsps())
		if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), says) {
			t.Errorf("%v: %v; want %q", environ, wrong, says)
		}
	}
	if _, wrong := FromEnv([]string{"WAYBILL_OIDC_ISSUER=http://127.0.0.1:8081/realms/x", audience}, tsps()); len(wrong) > 0 {
		t.Errorf("an issuer on this machine: %v", wrong)
	}
}
