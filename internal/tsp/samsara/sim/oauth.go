package sim

import (
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// desk is the token endpoint (developers.samsara.com/docs/oauth-20). The demo code works any number of times. The
// lifetime of an hour is what clients report; Samsara only says expires_in.
func desk() *simkit.Desk {
	return &simkit.Desk{
		Path: "/oauth2/token", Client: "samsara-demo-client", Secret: "samsara-demo-secret", Prefix: "samsara_",
		Life: time.Hour, Challenge: `Basic realm="samsara"`,
		Code: func(form simkit.Object) (simkit.Grant, error) {
			code := simkit.Text(form, "code")
			once := strings.HasPrefix(code, "samsara-once-")
			if !once && code != "samsara-demo-code" {
				return simkit.Grant{}, simkit.InvalidGrant("the code is unknown")
			}
			return simkit.Grant{Once: once}, nil
		},
		Complete: func(answer simkit.Object, _ string, _ time.Time) {
			answer["token_type"], answer["scope"] = "bearer", "admin:read admin:write"
		},
	}
}
