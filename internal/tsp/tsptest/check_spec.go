package tsptest

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// checkSpec: the static data is complete, true to the contract and always the same.
func checkSpec(t *trial) {
	spec := t.suite.spec
	if err := spec.Name.Valid(); err != nil {
		t.errorf("%v", err)
	}
	if spec.DisplayName == "" {
		t.errorf("there is no display name")
	}
	specAddress(t, spec)
	if spec.Parallel < 1 {
		t.errorf("Parallel is %d, so that nothing would be sent", spec.Parallel)
	}
	if spec.Settles < 0 || spec.Settles > 0 && spec.SettlesSource == "" {
		t.errorf("Settles is %v, and SettlesSource %q does not say why", spec.Settles, spec.SettlesSource)
	}
	if len(spec.Actions) == 0 {
		t.errorf("there is no action")
	}
	specDocs(t, spec)
	specLimits(t, spec)
	specCredentials(t, spec)
	specKinds(t, spec)
	specCollections(t)
	again := t.suite.config.New().Spec()
	if !reflect.DeepEqual(plainSpec(spec), plainSpec(again)) {
		t.errorf("two calls of Spec differ")
	}
}

// plainSpec is a spec without its functions, which cannot be compared.
func plainSpec(s tsp.Spec) tsp.Spec {
	actions := tsp.Actions{}
	for c, a := range s.Actions {
		a.Check, a.Warn = nil, nil
		actions[c] = a
	}
	s.Actions = actions
	return s
}

func isHTTPS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

func specDocs(t *trial, spec tsp.Spec) {
	if len(spec.Docs) == 0 {
		t.errorf("no page is named that the adapter was written from")
	}
	for _, doc := range spec.Docs {
		day, err := time.Parse(time.DateOnly, doc.Verified)
		if doc.Title == "" || !isHTTPS(doc.URL) || err != nil || day.Year() < 2020 {
			t.errorf("the doc %+v needs a title, an https URL and the date on which it was verified, as 2026-11-25", doc)
		}
	}
}

func specLimits(t *trial, spec tsp.Spec) {
	keys := map[string]bool{}
	for _, l := range spec.Limits {
		if keys[l.Key] || l.Key == "" {
			t.errorf("the limit %+v has no key of its own", l)
		}
		keys[l.Key] = true
		if !slices.Contains([]tsp.Scope{tsp.PerConnection, tsp.PerAccount, tsp.PerApp}, l.Scope) {
			t.errorf("the limit %s has no scope", l.Key)
		}
		rate := l.Events > 0 && l.Period > 0 && l.Burst > 0 && l.Burst <= l.Events
		if none := l.Events == 0 && l.Period == 0 && l.Burst == 0; !rate && !(none && l.AtOnce > 0) || l.AtOnce < 0 {
			t.errorf("the limit %s is no rate and bounds no calls at once: %d in %v, %d at once, %d in flight", l.Key, l.Events, l.Period, l.Burst, l.AtOnce)
		}
		if l.Source == "" {
			t.errorf("the limit %s has no source: a URL, or why it is assumed", l.Key)
		}
	}
	for c, a := range spec.Actions {
		if len(a.Limits) == 0 {
			t.errorf("%s is charged to no limit", c)
		}
		for _, key := range a.Limits {
			if !keys[key] {
				t.errorf("%s is charged to the limit %q, which is not declared", c, key)
			}
		}
	}
}

func specCredentials(t *trial, spec tsp.Spec) {
	if len(spec.Credentials) == 0 {
		t.errorf("no kind of credentials is declared")
	}
	declared := false
	for _, kind := range spec.Credentials {
		if !slices.Contains(tsp.CredentialKinds(), kind.Kind) {
			t.errorf("credentials %q are no kind of the contract; there are %s", kind.Kind, strings.Join(tsp.CredentialKinds(), ", "))
		}
		declared = declared || kind.Kind == spec.SampleCredentials.Kind
	}
	if !declared {
		t.errorf("the sample credentials are of kind %q, which is not declared", spec.SampleCredentials.Kind)
	}
	text, err := json.Marshal(spec.SampleCredentials.Fields)
	if err != nil {
		t.fatalf("the sample credentials: %v", err)
	}
	if _, problems := spec.ReadCredentials(text); len(problems) > 0 {
		t.errorf("the sample credentials would be refused: %+v", problems)
	}
}

func specKinds(t *trial, spec tsp.Spec) {
	imported := map[resource.Kind]bool{}
	for _, i := range spec.Imports {
		if !slices.Contains(resource.Kinds(), i.Kind) || len(i.Collections) == 0 || slices.Contains(i.Collections, "") {
			t.errorf("the import %+v needs a kind of the contract and its collections", i)
		}
		imported[i.Kind] = true
	}
	written := map[resource.Kind]bool{}
	for c := range spec.Actions {
		written[c.Kind] = true
		if _, err := resource.For(c.Kind, c.Verb); err != nil {
			t.errorf("there is no %s in the contract", c)
		}
		if c.Verb == resource.Update && !imported[c.Kind] {
			t.errorf("%s is declared, and nothing imports the records to update", c)
		}
		if len(t.suite.config.Collections[c.Kind]) == 0 {
			t.errorf("the config names no collection of the simulator for %s", c.Kind)
		}
	}
	for _, kind := range resource.Kinds() {
		if reason, told := spec.NotImported[kind]; written[kind] && !imported[kind] && reason == "" {
			t.errorf("%s records are written and not imported, and NotImported does not say why", kind)
		} else if told && (imported[kind] || !written[kind]) {
			t.errorf("NotImported has %s, which is for kinds that are written and not imported", kind)
		}
	}
	for c, reason := range spec.Lacking {
		if _, both := spec.Actions[c]; both || reason == "" {
			t.errorf("Lacking has %s with the reason %q; it is for capabilities that are not declared", c, reason)
		}
	}
}

// specCollections: the simulator knows what the config calls its collections.
func specCollections(t *trial) {
	host, err := t.suite.config.Simulator(simkit.Options{})
	if err != nil {
		t.fatalf("the simulator does not start: %v", err)
	}
	sim := simulator{t, host}
	for _, name := range t.suite.collections() {
		if answer := sim.admin(http.MethodGet, "/_sim/objects/"+name, ""); answer.Code >= 300 {
			t.errorf("the config names the collection %q, which the simulator's Objects does not know", name)
		}
	}
	if err := host.Close(); err != nil {
		t.errorf("the simulator does not close: %v", err)
	}
}
