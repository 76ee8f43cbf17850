package access

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestWhatAGrantAllowsFollowsFromStatusDatesAndLevel(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	before, after := at.Add(-time.Hour), at.Add(time.Hour)
	both := map[resource.Kind]string{resource.KindVehicle: ReadWrite, resource.KindUser: Read}
	for _, c := range []struct {
		name        string
		grant       Grant
		kind        resource.Kind
		read, write bool
		refusal     string
	}{
		{"read_write", Grant{Status: GrantActive, Levels: both}, resource.KindVehicle, true, true, ""},
		{"read", Grant{Status: GrantActive, Levels: both}, resource.KindUser, true, false,
			"has not granted you read_write for user"},
		{"another kind", Grant{Status: GrantActive, Levels: both}, resource.KindTrailer, false, false,
			"read_write for trailer"},
		{"not yet", Grant{Status: GrantActive, Levels: both, Effective: after}, resource.KindVehicle, false, false,
			"begins at 2026-11-26T13:00:00Z"},
		{"since this moment", Grant{Status: GrantActive, Levels: both, Effective: at}, resource.KindVehicle, true, true, ""},
		{"until this moment", Grant{Status: GrantActive, Levels: both, Expiration: at}, resource.KindVehicle, false, false,
			"expired at 2026-11-26T12:00:00Z"},
		{"until later", Grant{Status: GrantActive, Levels: both, Effective: before, Expiration: after}, resource.KindVehicle,
			true, true, ""},
		{"paused", Grant{Status: GrantPaused, Levels: both}, resource.KindVehicle, false, false, "is paused"},
		{"cancelled", Grant{Status: GrantCancelled, Levels: both}, resource.KindVehicle, false, false, "is cancelled"},
		{"deleted", Grant{Status: GrantDeleted, Levels: both}, resource.KindVehicle, false, false, "is deleted"},
	} {
		g := c.grant.At(at)
		if g.MayRead(c.kind) != c.read || g.MayWrite(c.kind) != c.write {
			t.Errorf("%s: may read %v, may write %v", c.name, g.MayRead(c.kind), g.MayWrite(c.kind))
		}
		if why := g.RefusesWrite(c.kind); (why == "") != c.write || !strings.Contains(why, c.refusal) {
			t.Errorf("%s: refused with %q", c.name, why)
		}
	}
}

func TestScopesOfWritesAreForPartnersOnly(t *testing.T) {
	t.Parallel()
	want := map[string]bool{"telematics:write": true, "fleet:create": true, "resource_operation:read": true,
		"webhook:read": true, "webhook:create": true, "webhook:update": true, "webhook:delete": true}
	for _, scope := range Scopes() {
		if PartnersOnly(scope) != want[scope] {
			t.Errorf("%s: %v", scope, PartnersOnly(scope))
		}
	}
}
