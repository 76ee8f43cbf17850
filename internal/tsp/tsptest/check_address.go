package tsptest

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// specAddress: the TSP has an address of its own, or, where everybody hosts it themselves, every
// connection names one, and is refused without.
func specAddress(t *trial, spec tsp.Spec) {
	if isHTTPS(spec.BaseURL) {
		return
	}
	if spec.BaseURL != "" || slices.ContainsFunc(spec.Credentials, func(k tsp.CredentialKind) bool { return addressField(k) == "" }) {
		t.errorf("the base URL %q is no https URL, and not all credentials name one of their own", spec.BaseURL)
		return
	}
	for _, kind := range spec.Credentials {
		if kind.Kind != spec.SampleCredentials.Kind {
			continue
		}
		own := spec.SampleCredentials
		own.Fields = maps.Clone(own.Fields)
		own.Fields[addressField(kind)] = "https://tsp.example"
		if err := t.unreached(own); t.classOf(err) != tsp.Done {
			t.errorf("there is no base URL, and credentials that name one are refused: %v", err)
		}
		delete(own.Fields, addressField(kind))
		if err := t.unreached(own); t.classOf(err) != tsp.Unauthorized {
			t.errorf("there is no base URL, and credentials that name none are %s (%v), want %s", t.classOf(err), err, tsp.Unauthorized)
		}
	}
}

// addressField is the member of credentials that says where the TSP is; "" if there is none.
func addressField(k tsp.CredentialKind) string {
	for _, name := range []string{"url", "host"} {
		if _, ok := k.Field(name); ok {
			return name
		}
	}
	return ""
}

// unreached connects where nobody can be reached.
func (t *trial) unreached(c tsp.Credentials) error {
	nowhere := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("there is no network")
	}}}
	_, err := t.suite.config.New().Connect(t.ctx, tsp.Access{Credentials: c, Settings: t.suite.settings(), Client: nowhere,
		Pace: Free{}, Renew: newVault(c).renew})
	return err
}
