package tsptest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithoutCredentialsAContractRunIsSkippedAndSaysWhatToSet(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), map[string]string{envCredentials: ""})
	o := l.begin()
	if len(o.Failures) > 0 {
		t.Error(o.Failures)
	}
	for _, want := range []string{"Reference", envCredentials + ",", "username, password", envCredentialsFile, envSettings, "docs/contract-runs.md"} {
		if !strings.Contains(o.Skipped, want) {
			t.Errorf("the message lacks %q: %s", want, o.Skipped)
		}
	}
}

func TestWrongCredentialsFailWithoutBeingTold(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), map[string]string{envCredentials: `{"username":"demo","password":"wrong-password"}`})
	failures := l.run()
	if len(failures) != 1 || !strings.Contains(failures[0], "the credentials open no account: unauthorized") {
		t.Errorf("%q", failures)
	}
	if strings.Contains(l.text(), "wrong-password") {
		t.Error(l.text())
	}
	if n := len(l.sim.objects("vehicles")); n != 5 {
		t.Errorf("there are %d vehicles", n)
	}
}

func TestWhatIsWrongInTheEnvironmentIsToldByItsPathAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for want, env := range map[string]map[string]string{
		"credentials.password is required":          {envCredentials: `{"username":"demo","pasword":"hidden-value"}`},
		"credentials must be an object":             {envCredentials: `"hidden-value"`},
		"takes no credentials of the kind":          {envCredentials: `{"kind":"geotab","fields":{"password":"hidden-value"}}`},
		"settings.initial_pasword is not a field":   {envSettings: `{"initial_pasword":"hidden-value"}`},
		"settings must be an object":                {envSettings: `hidden-value`},
		"must be an https URL":                      {envBaseURL: "http://user:hidden-value@127.0.0.1"},
		"or an http one of this machine":            {envBaseURL: "http://example.com"},
		"must be an object of lists":                {envSources: `{"recipient_id":"hidden-value"}`},
		`names "recipient"; there are`:              {envSources: `{"recipient":["u101"]}`},
		"are both set":                              {envCredentialsFile: filepath.Join(folder, "somewhere")},
		"no such file":                              {envCredentials: "", envCredentialsFile: filepath.Join(folder, "nowhere", "file")},
		envKeep + ": open":                          {envKeep: filepath.Join(folder, "nowhere", "file")},
		envKeep + ": it is a folder":                {envKeep: folder},
		envKeep + " must be an absolute":            {envKeep: "kept.json"},
		envCredentialsFile + " must be an absolute": {envCredentials: "", envCredentialsFile: "kept.json"},
	} {
		l := newLiveTest(t, referenceConfig(""), env)
		failures := strings.Join(l.run(), "\n")
		if !strings.Contains(failures, want) || strings.Contains(failures, "hidden-value") {
			t.Errorf("want %q: %s", want, failures)
		}
	}
}

func TestCredentialsThatCameUpAreKeptAndServeTheNextRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kept.json")
	l := newLiveTest(t, referenceConfig(""), map[string]string{envCredentials: `{"code":"demo-code"}`, envKeep: file})
	l.must(t)
	if !strings.Contains(l.text(), "stand in "+file) {
		t.Errorf("nothing says where they are:\n%s", l.text())
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the mode of the file is %v", info.Mode())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "first-password-7") {
		t.Error("a secret setting is kept with the credentials")
	}
	next := newLiveTest(t, referenceConfig(""), map[string]string{envCredentials: "", envCredentialsFile: file, envKeep: file})
	next.must(t)
}

func TestCredentialsThatAreSpentAndNotKeptAreToldLoudly(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), map[string]string{envCredentials: `{"code":"demo-code"}`})
	l.must(t)
	if !strings.Contains(l.text(), "THE CREDENTIALS THAT WERE GIVEN ARE SPENT (code)") {
		t.Error(l.text())
	}
}

func TestCredentialsThatCannotBeKeptInTheMiddleOfARunAreAFailure(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	l := newLiveTest(t, referenceConfig(""), map[string]string{envCredentials: `{"code":"demo-code"}`, envKeep: filepath.Join(folder, "kept.json")})
	l.spoil = func(http.ResponseWriter, *http.Request) bool {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
		return false
	}
	failures := strings.Join(l.run(), "\n")
	if !strings.Contains(failures, "ARE LOST") || !strings.Contains(failures, "code") {
		t.Error(failures)
	}
}

func TestASessionThatOnlyAddsToTheCredentialsSpendsNothing(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	l.must(t)
	if strings.Contains(l.text(), "SPENT") {
		t.Error(l.text())
	}
}
