package config

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFactsAreTheVariablesButTheKeys(t *testing.T) {
	t.Parallel()
	c := Default()
	c.Key, c.OldKey, c.Console.OIDC.Secret = "hush", "hush", "hush"
	var want []string
	for _, v := range append(variables(), tsps().variables()...) {
		if v.name != keyVariable && v.name != oldKeyVariable && v.name != secretVariable {
			want = append(want, v.name)
		}
	}
	for name, keys := range tsps() {
		c.BaseURLs[name], c.Limits[name] = "https://a.example", map[string]Rate{keys[0]: {}}
	}
	facts := c.Facts()
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(facts))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, value := range facts {
		if value == "hush" {
			t.Errorf("%s is the key", name)
		}
	}
	c.Addr = "127.0.0.1:1"
	if c.Facts()["WAYBILL_ADDR"] == facts["WAYBILL_ADDR"] {
		t.Error("a change is no change")
	}
}

func TestThePasswordOfADatabaseIsNoFact(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"/var/lib/waybill.db":                                  "/var/lib/waybill.db",
		"sqlite:///var/lib/waybill.db":                         "sqlite:///var/lib/waybill.db",
		"postgres://u:s3cret@a:5432,b:5432/db?sslmode=require": "postgres://u:xxxxx@a:5432,b:5432/db?sslmode=require",
		"postgres://a/db?user=u&password=s3cret":               "postgres://a/db?password=xxxxx&user=u",
		"postgres://u:s3cret@a:port/db":                        "a URL",
	} {
		if got := (Config{DatabaseURL: url}).Facts()["WAYBILL_DATABASE_URL"]; got != want {
			t.Errorf("%s is told as %s", url, got)
		}
	}
}
