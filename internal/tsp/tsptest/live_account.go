package tsptest

import (
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The variables that a contract run reads.
const (
	envCredentials     = "WAYBILL_CONTRACT_CREDENTIALS"
	envCredentialsFile = "WAYBILL_CONTRACT_CREDENTIALS_FILE"
	envSettings        = "WAYBILL_CONTRACT_SETTINGS"
	envBaseURL         = "WAYBILL_CONTRACT_BASE_URL"
	envSources         = "WAYBILL_CONTRACT_SOURCES"
	envKeep            = "WAYBILL_CONTRACT_KEEP"
)

// account is whom a contract run writes to, and what else the environment says of it.
type account struct {
	credentials tsp.Credentials
	settings    tsp.Settings
	// base overrides the adapter's base URL; "" leaves it.
	base string
	// sources are records that were there before and that may be written to, by reference field
	// ("recipient_id") or by capability ("update vehicle").
	sources map[string][]resource.SourceID
	// keep is the file that takes credentials which came up during the run; "" for none.
	keep string
}

// read reads the environment. No message repeats a value of it, because any may be a secret.
func (l *live) read(t *trial) account {
	spec := l.suite.spec
	for _, name := range []string{envCredentialsFile, envKeep} {
		if path := l.env(name); path != "" && !filepath.IsAbs(path) {
			t.fatalf("%s must be an absolute path, because tests run in the folder of their package", name)
		}
	}
	a := account{credentials: l.readCredentials(t), keep: l.env(envKeep)}
	var problems []resource.Problem
	if a.settings, problems = spec.ReadSettings(jsontext.Value(l.env(envSettings)), nil); len(problems) > 0 {
		t.fatalf("%s: %s", envSettings, told(problems))
	}
	for _, one := range spec.Settings {
		if text := a.settings.Text(one.Key); one.Secret && text != "" {
			if a.credentials.Secrets == nil {
				a.credentials.Secrets = map[string]string{}
			}
			a.credentials.Secrets[one.Key] = text
		}
	}
	if a.base = strings.TrimRight(l.env(envBaseURL), "/"); a.base != "" && !reachable(a.base) {
		t.fatalf("%s must be an https URL, or an http one of this machine, without user, query and fragment", envBaseURL)
	}
	if raw := l.env(envSources); raw != "" {
		if err := json.Unmarshal([]byte(raw), &a.sources); err != nil {
			t.fatalf(`%s must be an object of lists of source ids, such as {"recipient_id":["123"],"update vehicle":["456"]}`, envSources)
		}
		known := l.sourceNames()
		for name := range a.sources {
			if !slices.Contains(known, name) {
				t.fatalf("%s names %q; there are %s", envSources, name, strings.Join(known, ", "))
			}
		}
	}
	return a
}

// readCredentials reads an object of one of the TSP's shapes, or what an earlier run kept.
func (l *live) readCredentials(t *trial) tsp.Credentials {
	spec := l.suite.spec
	raw, from := l.env(envCredentials), envCredentials
	if file := l.env(envCredentialsFile); file != "" {
		if raw != "" {
			t.fatalf("%s and %s are both set; set one", envCredentials, envCredentialsFile)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.fatalf("%s: %v", envCredentialsFile, err)
		}
		raw, from = string(text), envCredentialsFile
	}
	if raw == "" {
		_, shape := spec.ReadCredentials(nil)
		t.skipf("no account at %s is given. Set %s, which %s, or %s to the path of a file with it. "+
			"Settings go into %s; docs/tsps/%s.md lists them, docs/contract-runs.md tells the rest.",
			spec.DisplayName, envCredentials, shape[0].Message, envCredentialsFile, envSettings, spec.Name)
	}
	var kept tsp.Credentials
	if json.Unmarshal([]byte(raw), &kept, json.RejectUnknownMembers(true)) == nil && len(kept.Fields) > 0 {
		if !slices.ContainsFunc(spec.Credentials, func(k tsp.CredentialKind) bool { return k.Kind == kept.Kind }) {
			t.fatalf("%s: %s takes no credentials of the kind that the file was kept with", from, spec.DisplayName)
		}
		return tsp.Credentials{Kind: kept.Kind, Fields: kept.Fields}
	}
	c, problems := spec.ReadCredentials(jsontext.Value(raw))
	if len(problems) > 0 {
		t.fatalf("%s: %s", from, told(problems))
	}
	return c
}

// told lists problems without what was given.
func told(problems []resource.Problem) string {
	all := make([]string, len(problems))
	for i, p := range problems {
		all[i] = strings.TrimSpace(p.Path + " " + p.Message)
	}
	return strings.Join(all, "; ")
}

// sourceNames are the references and updates for which records may be named.
func (l *live) sourceNames() []string {
	names := map[string]bool{}
	for c := range l.suite.spec.Actions {
		if c.Verb == resource.Update {
			names[c.String()] = true
		}
		if schema, err := resource.For(c.Kind, c.Verb); err == nil {
			for _, field := range schema.References() {
				names[field.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// reachable tells whether secrets may be sent to a base URL.
func reachable(base string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	address, err := netip.ParseAddr(u.Hostname())
	here := u.Hostname() == "localhost" || err == nil && address.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && here
}
