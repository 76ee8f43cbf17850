package sim

import (
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// redirectURI is the address that the codes of the one client were sent to.
const redirectURI = "https://app.example/motive/callback"

// desk is the token endpoint (developer-docs.gomotive.com/docs/oauth-20): one of Doorkeeper, the OAuth server for Rails,
// whose order of checks this follows. That an older access token stays good until it expires is not documented.
func desk() *simkit.Desk {
	return &simkit.Desk{
		Path: "/oauth/token", Client: "motive-demo-client", Secret: "motive-demo-secret", Prefix: "motive_",
		Life: 2 * time.Hour, Challenge: `Bearer realm="motive", error="invalid_client"`,
		Check: checkForm, Code: useCode, Complete: tellScopes,
	}
}

func checkForm(form simkit.Object) error {
	needed := map[string]string{"authorization_code": "redirect_uri", "refresh_token": "refresh_token"}
	if name, ok := needed[simkit.Text(form, "grant_type")]; ok && simkit.Text(form, name) == "" {
		return simkit.InvalidRequest(name + " is missing")
	}
	return nil
}

// useCode accepts each code once, and only with the address that it was sent to. A wrong address does not use it up.
func useCode(form simkit.Object) (simkit.Grant, error) {
	grades := map[string]string{
		"motive-demo-code": gradeFull, "motive-manage-code": gradeManage, "motive-readonly-code": gradeRead,
	}
	code := simkit.Text(form, "code")
	grade, known := grades[code]
	if strings.HasPrefix(code, "motive-once-") {
		grade, known = gradeFull, true
	}
	if !known {
		return simkit.Grant{}, simkit.InvalidGrant("the code is unknown or has expired")
	}
	if simkit.Text(form, "redirect_uri") != redirectURI {
		return simkit.Grant{}, simkit.InvalidGrant("redirect_uri is not the one that the code was sent to")
	}
	return simkit.Grant{Scope: grade, Once: true}, nil
}

// tellScopes tells the scopes of a grade and when they were granted.
func tellScopes(answer simkit.Object, grade string, now time.Time) {
	const (
		read = "companies.read users.read vehicles.read assets.read messages.read " +
			"fuel_purchases.read groups.read inspection_reports.read"
		manage = "users.manage vehicles.manage assets.manage messages.manage " +
			"fuel_purchases.manage groups.manage inspections_reports.manage"
	)
	answer["created_at"], answer["scope"] = now.Unix(), read+" "+manage
	switch grade {
	case gradeManage:
		answer["scope"] = manage
	case gradeRead:
		answer["scope"] = read
	}
}
