package tsptest

import (
	"context"
	"log/slog"
	"maps"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// guide is one way in which whoever gives credentials may say which host is called: a member of them,
// or a setting.
type guide struct{ member, setting string }

func (g guide) String() string {
	if g.setting != "" {
		return "setting " + g.setting
	}
	return "member " + g.member
}

// checkHosts: whose account credentials open is for the TSP to say, and not for a host that whoever
// gives them chooses. Whatever member or setting sends the calls elsewhere, an equal answer from there
// is of another account, and from each host of one of its own. A token_url is left out: what its tokens
// open is said by the TSP.
func checkHosts(t *trial) {
	own, _ := t.accountAt(guide{}, "")
	for _, g := range t.guides() {
		first, led := t.accountAt(g, "127.0.0.1:8771")
		second, again := t.accountAt(g, "127.0.0.1:8772")
		if led && again && (first == second || first == own) {
			t.errorf("the %s leads to anybody's host, whose account gets the key %q; another host's gets %q, and the TSP's %q: "+
				"let a member of the credentials lead there that tsp.CredentialField.Host marks", g, first, second, own)
		}
	}
}

// guides are all that may lead anywhere.
func (t *trial) guides() []guide {
	var all []guide
	for _, kind := range t.suite.spec.Credentials {
		for _, f := range kind.Fields {
			if kind.Kind == t.suite.spec.SampleCredentials.Kind && f.Name != "token_url" {
				all = append(all, guide{member: f.Name})
			}
		}
	}
	for _, one := range t.suite.spec.Settings {
		if one.Type == tsp.TextSetting && len(one.Values) == 0 {
			all = append(all, guide{setting: one.Key})
		}
	}
	return all
}

// accountAt is the key of the account that the sample credentials open with a host where the guide
// says; led tells that the host was asked and said so. Without a host the operator's is asked.
func (t *trial) accountAt(g guide, host string) (key string, led bool) {
	w := t.world(setup{})
	defer w.stop()
	bases := map[tsp.Name]string{}
	given, settings := w.vault.stored(), maps.Clone(w.setup.settings)
	given.Fields = maps.Clone(given.Fields)
	switch {
	case host == "":
		bases[t.suite.spec.Name], host = "http://"+tspHost, tspHost
	case g.setting != "":
		settings[g.setting] = "http://" + host
	default:
		given.Fields[g.member] = "http://" + host
	}
	r, err := tsp.NewRegistry([]tsp.Adapter{w.adapter}, bases)
	if err != nil {
		t.fatalf("the registry: %v", err)
	}
	client := http.Client{Transport: w.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	caller := tsp.NewCaller(r, &client, 0, slog.New(slog.DiscardHandler))
	account, end := caller.Check(t.ctx, tsp.Target{Connection: connectionID, TSP: t.suite.spec.Name, Settings: settings,
		Credentials: func(context.Context) (tsp.Credentials, error) { return given, nil }}, Free{})
	return account.Key, end == nil && w.net.met(host)
}
