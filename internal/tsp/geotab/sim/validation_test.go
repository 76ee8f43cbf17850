package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryWriteIsTakenOrRefusedAsDocumented(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range writes() {
		t.Run(c.method+" "+c.typ+" "+c.name, func(t *testing.T) {
			s.Admin("POST", "reset", "")
			in := s.as(service)
			before := in.everything()
			got := in.rpc(c.method, entity(c.typ, c.entity))
			_, isText := got.body.Result.(string)
			switch {
			case c.kind != "":
				got.refused(t, c.kind)
				if diff := cmp.Diff(before, in.everything()); diff != "" {
					t.Errorf("it was refused and applied: %s", diff)
				}
			case got.kind() != "":
				t.Errorf("refused: %s", got.Text)
			case c.method == "Add" != isText:
				t.Errorf("the result of %s is %s", c.method, got.Text)
			case c.method != "Add" && got.Text != `{"jsonrpc":"2.0","requestIndex":0}`:
				t.Errorf("%s answered %s", c.method, got.Text)
			}
		})
	}
}

// everything is all that the admin side shows.
func (r running) everything() map[string]string {
	r.T().Helper()
	out := map[string]string{}
	for _, collection := range []string{
		"devices", "users", "groups", "user-hos-rule-sets", "dvir-logs", "text-messages", "fuel-transactions", "driver-changes", "changes",
	} {
		out[collection] = r.Admin("GET", "objects/"+collection, "").Text
	}
	return out
}

func TestUnknownMembersCanBeIgnored(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	s.Turn("ignore_unknown_members")
	id := s.add("Device", with(newVehicle, `"make":"Volvo"`))
	if _, kept := s.one("Device", id)["make"]; kept {
		t.Error("the unknown member was kept")
	}
	s.get("Device", `{"colour":"red"}`)
	s.Switch("ignore_unknown_members", false)
	s.rpc("Get", `{"typeName":"Device","search":{"colour":"red"}}`).refused(t, badMember)
	s.rpc("Get", `{"typename":"Device"}`).refused(t, badMember)
}
