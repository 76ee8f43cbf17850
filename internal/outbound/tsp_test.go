package outbound

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAHostThatCredentialsNameMustNotBePrivate(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(server.Close)
	for name, test := range map[string]struct {
		client *http.Client
		passes bool
	}{
		"in production":                    {TSP(Policy{}), false},
		"that the operator configured":     {TSP(Policy{}, server.URL), true},
		"beside one that was configured":   {TSP(Policy{}, "http://127.0.0.1:1"), false},
		"in a network that is allowed":     {TSP(Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}), true},
		"on this machine in dev mode":      {TSP(Policy{AllowLoopback: true}), true},
		"of a URL that cannot be a host's": {TSP(Policy{}, "://"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := test.client.Get(server.URL)
			var refusal *Refusal
			switch {
			case test.passes && err != nil:
				t.Errorf("it is refused: %v", err)
			case !test.passes && !errors.As(err, &refusal):
				t.Errorf("the end is %v, want a refusal", err)
			}
			if err == nil {
				answer.Body.Close()
			}
		})
	}
}
