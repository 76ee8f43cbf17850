package tsptest

import (
	"context"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// hosted is the reference adapter for a TSP that everybody hosts themselves.
type hosted struct {
	tsp.Adapter
	// trusting connects whatever the credentials hold.
	trusting bool
	kind     string
}

func (h hosted) Spec() tsp.Spec {
	s := h.Adapter.Spec()
	s.BaseURL = ""
	s.Credentials = []tsp.CredentialKind{tsp.CredentialKindOf(h.kind)}
	s.SampleCredentials = tsp.Credentials{Kind: h.kind, Fields: map[string]string{}}
	for _, f := range s.Credentials[0].Fields {
		if f.Required {
			s.SampleCredentials.Fields[f.Name] = "sample"
		}
	}
	return s
}

func (h hosted) Connect(ctx context.Context, a tsp.Access) (tsp.Session, error) {
	if !h.trusting && a.BaseURL == "" && a.Credentials.Get("url") == "" {
		return nil, &tsp.Error{Class: tsp.Unauthorized, Message: "the credentials hold no url"}
	}
	return h.Adapter.Connect(ctx, a)
}

func TestATSPWithoutAnAddressIsFoundByItsCredentials(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		adapter hosted
		want    string
	}{
		{hosted{kind: "token"}, ""},
		{hosted{kind: "token", trusting: true}, "credentials that name none are done"},
		{hosted{kind: "switchboard"}, "not all credentials name one of their own"},
	} {
		config := referenceConfig("")
		one.adapter.Adapter = config.New()
		config.New = func() tsp.Adapter { return one.adapter }
		o := newSuite(config).try(t, checks()[0], tsp.Capability{})
		if got := strings.Join(o.Failures, "; "); !strings.Contains(got, one.want) || one.want == "" && got != "" {
			t.Errorf("%+v: %q, want %q", one.adapter, got, one.want)
		}
	}
}
