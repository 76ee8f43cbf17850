package api_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/access"
)

func TestAStrictClientIsSparedWhatTheContractLacksAndNobodyElse(t *testing.T) {
	t.Parallel()
	for strict := range map[bool]bool{true: true, false: true} {
		for line, extra := range map[string]string{
			"POST /v2/integrations/connections":                `"settings":`,
			"PATCH /v2/integrations/connections/" + one:        `"problem":`,
			"POST /v2/orgs/share-agreements":                   `"created_at":`,
			"PATCH /v2/orgs/share-agreements/" + one:           `"updated_at":`,
			"POST /v2/orgs/share-agreements/" + one + "/pause": `"created_at":`,
		} {
			c, _ := staffed(t)
			c.who = access.Principal{Client: "me", Scopes: access.Scopes(), Fleet: access.Fleet{ID: c.who.Partner.ID},
				Strict: strict}
			a := c.do(line, "{}")
			if a.Code >= 300 || strings.Contains(a.Body.String(), extra) == strict ||
				!strings.Contains(a.Body.String(), `"fleet_id":`) {
				t.Errorf("%s, strict %t: %d %s", line, strict, a.Code, a.Body)
			}
			if a.Header().Get("Content-Length") != "" && a.Header().Get("Content-Length") != strconv.Itoa(a.Body.Len()) {
				t.Errorf("%s: the length is %s of %d", line, a.Header().Get("Content-Length"), a.Body.Len())
			}
		}
	}
}
