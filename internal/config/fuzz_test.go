package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzFromEnv(f *testing.F) {
	for _, seed := range [][2]string{{"ADDR", ":80"}, {"MAX_AGE", "9999999h"}, {"OUTBOUND_ALLOW", "10.0.0.0/8, ::/0"}, {"TSP_SAMSARA_LIMITS", "org=1/s,org=1/s"},
		{"TSP_SAMSARA_LIMITS", "messages.write=999999999999999999999/h"}, {"TSP_SAMSARA_BASE_URL", "https://a.example/%zz"}, {"", "x"}, {"LOG_LEVEL", "\xff"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if strings.ContainsAny(name+value, "\x00=") {
			return
		}
		set := []string{prefix + name + "=" + value}
		got, wrong := FromEnv(set, tsps())
		again, twice := FromEnv(set, tsps())
		if len(wrong) != len(twice) || !cmp.Equal(got, again, compare) {
			t.Fatalf("%q is read in two ways", set)
		}
		for _, err := range wrong {
			if !strings.HasPrefix(err.Error(), prefix[:len(prefix)-1]) && !strings.HasPrefix(strings.ToUpper(err.Error()), prefix) {
				t.Errorf("%q: %v does not begin with the variable", set, err)
			}
		}
		for _, rates := range got.Limits {
			for key, r := range rates {
				if r.Events < 1 || r.Period <= 0 {
					t.Errorf("%q: the limit %s is %+v", set, key, r)
				}
			}
		}
	})
}
