package sim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Clients refuse an answer that lacks a member which all of Motive's have.
func TestMembersThatEveryAnswerHasAreThere(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, list := range []string{"/v1/users?role=driver", "/v1/users?role=admin"} {
		all, _ := s.list(list)
		for _, user := range all {
			for _, name := range []string{
				"mobile_last_active_at", "mobile_current_sign_in_at", "mobile_last_sign_in_at", "web_last_active_at",
				"web_current_sign_in_at", "web_last_sign_in_at",
			} {
				if at, there := user[name]; !there || at != nil {
					t.Errorf("%s: %s is %v, %t", list, name, at, there)
				}
			}
		}
	}
	s.Clock.Advance(time.Minute)
	s.must("PUT", "/v1/vehicles/"+vehicle, `{"notes":"n"}`)
	got := s.must("GET", "/v1/vehicles/"+vehicle, "")["availability_details"]
	want := map[string]any{"availability_status": "in_service", "updated_at": "2026-11-24T12:00:00Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	groups, _ := s.list("/v1/groups")
	for _, group := range groups {
		if user, _ := group["user"].(map[string]any); user["id"] == nil || user["role"] != "admin" {
			t.Errorf("the user of the group is %v", user)
		}
	}
}
