package console

import "testing"

func TestARoleMayDoWhatTheRolesBeforeItMay(t *testing.T) {
	roles := []Role{Viewer, Operator, Admin}
	for i, role := range roles {
		for j, act := range roles {
			if got, want := role.May(act), i >= j; got != want {
				t.Errorf("%s may %s: %v, want %v", role, act, got, want)
			}
		}
	}
}

func TestAnUnknownRoleMayNothingAndNobodyMayWhatAsksForOne(t *testing.T) {
	for _, strange := range []Role{"", "root", "Admin"} {
		if strange.May(Viewer) {
			t.Errorf("the role %q may view", strange)
		}
		if Admin.May(strange) {
			t.Errorf("an admin may do what asks for the role %q", strange)
		}
	}
}
