package main

import "testing"

func TestTheExitCodeTellsMisuseFromFailure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{"nosuch"}, 2},
		{[]string{"serve", "--nosuch"}, 2},
		{[]string{}, 2},
		{[]string{"sim", "nosuch"}, 1},
	} {
		if got := run(c.args); got != c.want {
			t.Errorf("waybill %v ends with %d, want %d", c.args, got, c.want)
		}
	}
}
