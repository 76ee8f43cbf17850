package all_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// ways are how many states credentials are fuzzed in: as samples, as a code that was not exchanged, with tokens that have ended,
// and with tokens that are good.
const ways = 4

// codes are credentials of a consent, by the TSPs that take them; the others are signed in to with their samples.
func codes() map[tsp.Name]tsp.Credentials {
	return map[tsp.Name]tsp.Credentials{
		"samsara": {Kind: "samsara", Fields: map[string]string{"client_id": "c", "client_secret": "s", "auth_code": "code"}},
		"motive": {Kind: "motive", Fields: map[string]string{"client_id": "c", "client_secret": "s", "auth_code": "code",
			"redirect_uri": "https://app.example/callback"}},
	}
}

// signIn returns credentials of a TSP in one of the ways.
func signIn(spec tsp.Spec, way int) tsp.Credentials {
	c, consents := codes()[spec.Name]
	if way == 0 || !consents && way == 1 {
		return spec.SampleCredentials
	}
	if !consents {
		c = spec.SampleCredentials
	}
	c.Fields = maps.Clone(c.Fields)
	if way == 1 {
		return c
	}
	delete(c.Fields, "auth_code")
	c.Fields[tsp.AccessToken], c.Fields[tsp.ExpiresAt] = "old", "2020-01-01T00:00:00Z"
	if consents {
		c.Fields[tsp.RefreshToken] = "refresh"
	}
	if way == 3 {
		c.Fields[tsp.ExpiresAt] = "2100-01-01T00:00:00Z"
	}
	return c
}

// renewing stores nothing, and has whoever asks renew what it holds.
func renewing(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	return by(ctx, spent)
}

// fuzzed are the adapters that are fuzzed: all that there are, and one that signs in, as no other does by now.
func fuzzed() []tsp.Adapter {
	return append(all.Adapters(), rest.New(rest.Config{
		Spec: tsp.Spec{Name: "lobby", DisplayName: "Lobby", BaseURL: "https://lobby.example",
			Credentials:       []tsp.CredentialKind{tsp.CredentialKindOf("token")},
			SampleCredentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "t"}}},
		Auths: map[string]rest.Auth{"token": rest.Login{By: rest.QueryKey("sid", tsp.AccessToken),
			Open: func(ctx context.Context, send rest.Send, c tsp.Credentials) (string, time.Duration, error) {
				a, err := send(ctx, rest.Call{Method: http.MethodPost, Path: "/login", Body: map[string]string{"token": c.Get("token")}})
				if err != nil {
					return "", 0, err
				}
				made, err := rest.Decode[struct {
					SID string `json:"access_token"`
				}](a)
				return made.SID, time.Hour, err
			}}},
		Limits: []rest.Limit{{Limit: tsp.Limit{Key: "all"}}},
		Check: func(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
			a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: "/me"})
			return tsp.Account{Key: string(a.Body)}, err
		},
	}))
}

func TestEveryConsentThatATSPTakesIsFuzzed(t *testing.T) {
	t.Parallel()
	for _, adapter := range all.Adapters() {
		spec := adapter.Spec()
		for _, kind := range spec.Credentials {
			given := tsp.Credentials{Kind: kind.Kind, Fields: map[string]string{"auth_code": "code", "client_id": "c", "client_secret": "s",
				"redirect_uri": "https://app.example/callback"}}
			answers := &rubbish{status: 200, kind: "application/json", body: []byte(`{"access_token":"t"}`)}
			registry, err := tsp.NewRegistry([]tsp.Adapter{adapter}, nil)
			if err != nil {
				t.Fatal(err)
			}
			caller := tsp.NewCaller(registry, &http.Client{Transport: answers}, time.Second, slog.New(slog.DiscardHandler))
			_, _ = caller.Exchange(t.Context(), tsp.Target{Connection: uuid.New(), TSP: spec.Name, Settings: spec.SampleSettings}, given, unpaced{})
			of, known := codes()[spec.Name]
			if answers.calls > 0 && !known {
				t.Errorf("%s exchanges a code of %s, and codes has none of it", spec.Name, kind.Kind)
			}
			if known && of.Kind == kind.Kind && answers.calls == 0 {
				t.Errorf("the code of %s is not exchanged", spec.Name)
			}
		}
	}
}
