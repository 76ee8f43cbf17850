package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/waybill-dev/waybill/internal/cli/profile"
)

func TestWhatIsSavedIsReadAgainByItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "waybill", "config.yaml")
	f, err := profile.Open(path)
	if err != nil || len(f.Profiles) > 0 {
		t.Fatal(f, err)
	}
	f.Current = "true"
	f.Profiles["true"] = profile.Profile{URL: "https://waybill.example.com", ClientID: "1e3", ClientSecret: ` "#: 'x`}
	f.Profiles["b"] = profile.Profile{URL: "http://127.0.0.1:8080", ClientID: "demo", ClientSecret: "demo-secret"}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	got, err := profile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got, cmpopts.IgnoreUnexported(profile.File{})); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := got.Get("nosuch"); !errors.Is(err, profile.ErrAbsent) {
		t.Error(err)
	}
}

func TestAFileThatOthersReadOrThatIsBrokenIsRefusedWithoutShowingSecrets(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"chmod 600":                {"profiles: {}\n", 0o640},
		"is no file of profiles (": {"profiles:\n  a:\n    url: x\n    client_secret: hush\n    nosuch: hush\n", 0o600},
		"mend it":                  {"profiles: [hush", 0o600},
	} {
		if runtime.GOOS == "windows" && says == "chmod 600" {
			continue
		}
		path := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := profile.Open(path); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v does not say %q, or shows a secret", err, says)
		}
	}
}

func TestProfilesAreKeptWhereTheEnvironmentSays(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		"/x/waybill/config.yaml":              {"XDG_CONFIG_HOME": "/x", "HOME": "/home/a"},
		"/home/a/.config/waybill/config.yaml": {"XDG_CONFIG_HOME": "relative", "HOME": "/home/a"},
		"":                                    {},
	} {
		got, err := profile.Path(func(name string) string { return env[name] })
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%v: %q, %v", env, got, err)
		}
	}
	for name, good := range map[string]bool{"production": true, "a.b-c_1": true, "": false, "a b": false, "../x": false} {
		if err := profile.CheckName(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
