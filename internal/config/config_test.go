package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheEnvironmentReplacesDefaults(t *testing.T) {
	t.Parallel()
	got, err := FromEnv([]string{"WAYBILL_ADDR=0.0.0.0:80", "WAYBILL_MAX_AGE=1h30m", "WAYBILL_SETTLING=45s",
		"WAYBILL_OUTBOUND_ALLOW=10.0.0.0/8,192.168.1.0/24", "WAYBILL_TSP_SAMSARA_BASE_URL=http://127.0.0.1:9101/", "WAYBILL_TSP_MOTIVE_LIMITS=messages.write=500/s, org=1000/m",
		"WAYBILL_TSP_GEOTAB_BASE_URL=", "PATH=/bin"})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Addr, want.MaxAge, want.OutboundAllow = "0.0.0.0:80", 90*time.Minute, []string{"10.0.0.0/8", "192.168.1.0/24"}
	want.Settling = 45 * time.Second
	want.BaseURLs["samsara"] = "http://127.0.0.1:9101"
	want.Limits["motive"] = map[string]Rate{"messages.write": {500, time.Second}, "org": {1000, time.Minute}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnEmptyEnvironmentLeavesTheDefaults(t *testing.T) {
	t.Parallel()
	got, err := FromEnv(nil)
	if diff := cmp.Diff(Default(), got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestWhatTheEnvironmentGetsWrongIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, names string }{
		{"WAYBILL_MAX_AGE=soon", "MaxAge"},
		{"WAYBILL_TSP_SAMSARA_TOKEN=x", "WAYBILL_TSP_SAMSARA_TOKEN"},
		{"WAYBILL_TSP_SAMSARA_LIMITS=messages.write", "WAYBILL_TSP_SAMSARA_LIMITS"},
		{"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=5", `"messages.write=5"`},
		{"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=0/s", `"messages.write=0/s"`},
		{"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=-3/s", `"messages.write=-3/s"`},
		{"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=5/day", `"messages.write=5/day"`},
	} {
		if _, err := FromEnv([]string{c.set}); err == nil || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%s: %v does not name %s", c.set, err, c.names)
		}
	}
}

func TestEverythingThatIsWrongIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	c := Default()
	c.BaseURLs["samsara"], c.OutboundAllow, c.ImportEvery = "localhost", []string{"10.0.0.1"}, time.Millisecond
	c.Settling, c.ImportHistory = -time.Second, time.Minute
	err := c.Validate()
	for _, part := range []string{"samsara", "WAYBILL_OUTBOUND_ALLOW", "WAYBILL_IMPORT_EVERY", "WAYBILL_IMPORT_HISTORY", "WAYBILL_SETTLING"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not speak of %s", err, part)
		}
	}
	if err := Default().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}

func TestTheKeyComesFromTheEnvironmentBeforeItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config Config
		want   string
		wrong  bool
	}{
		{Config{}, "", false},
		{Config{KeyFile: file}, "from the file\n", false},
		{Config{KeyFile: file, Key: "given"}, "given", false},
		{Config{KeyFile: file + ".missing"}, "", true},
	} {
		if got, err := c.config.KeyText(); got != c.want || (err != nil) != c.wrong {
			t.Errorf("%+v: %q, %v", c.config, got, err)
		}
	}
}
