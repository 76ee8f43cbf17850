package samsara_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

func consent(code string) tsp.Credentials {
	return tsp.Credentials{Kind: "samsara", Fields: map[string]string{
		"client_id": "samsara-demo-client", "client_secret": "samsara-demo-secret", "auth_code": code}}
}

// stored keeps a connection's credentials.
type stored struct {
	mu       sync.Mutex
	kept     tsp.Credentials
	renewals int
}

func (s *stored) renew(ctx context.Context, spent tsp.Credentials, by func(context.Context, tsp.Credentials) (tsp.Credentials, error)) (tsp.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.Get(tsp.AccessToken) != spent.Get(tsp.AccessToken) {
		return s.kept, nil
	}
	fresh, err := by(ctx, s.kept)
	if err == nil {
		s.kept, s.renewals = fresh, s.renewals+1
	}
	return fresh, err
}

func exchange(t *testing.T, s simulator, given tsp.Credentials) (tsp.Credentials, error) {
	t.Helper()
	return samsara.New().(tsp.Exchanger).Exchange(t.Context(), tsp.Access{Credentials: given, BaseURL: s.base, Client: &http.Client{}, Pace: &pacer{}})
}

// consented is a simulator and a session with exchanged tokens.
func consented(t *testing.T) (simulator, *stored) {
	t.Helper()
	s := simulated(t)
	tokens, err := exchange(t, s, consent("samsara-demo-code"))
	if err != nil {
		t.Fatal(err)
	}
	kept := &stored{kept: tokens}
	s.Session = connect(t, samsara.New(), s.base, tsp.Access{Credentials: tokens, Renew: kept.renew})
	return s, kept
}

func TestACodeWorksOnce(t *testing.T) {
	t.Parallel()
	s := simulated(t)
	for i, want := range []tsp.Class{"", tsp.Unauthorized} {
		got, err := exchange(t, s, consent("samsara-once-7"))
		if want != "" {
			e := wantClass(t, err, want)
			if !strings.Contains(e.Message, "invalid_grant") || strings.Contains(e.Message, "samsara-demo-secret") {
				t.Errorf("message = %q", e.Message)
			}
			continue
		}
		if err != nil || got.Get("auth_code") != "" || got.Get(tsp.RefreshToken) == "" || got.Get("client_id") == "" {
			t.Errorf("exchange %d: %v, %v", i, got.Fields, err)
		}
	}
}

func TestTwentyWritesAfterASessionEndedCauseOneRefresh(t *testing.T) {
	t.Parallel()
	s, kept := consented(t)
	before := kept.kept
	s.fault(`{"match":{"path_prefix":"/fleet"},"fault":"expire_session","times":1}`)
	writes := make([]tsp.Write, 20)
	for i := range writes {
		writes[i] = write(t, createTrailer, `{"trailer_name":"T 1"}`)
		writes[i].Operation = uuid.New()
	}
	var all sync.WaitGroup
	for _, w := range writes {
		all.Go(func() {
			if _, err := s.Write(t.Context(), w); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if kept.renewals != 1 || len(s.objects("trailers")) != 3+20 {
		t.Errorf("%d refreshes, %d trailers", kept.renewals, len(s.objects("trailers")))
	}

	// The refresh token that was used is refused.
	stale := &stored{kept: before}
	other := connect(t, samsara.New(), s.base, tsp.Access{Credentials: before, Renew: stale.renew})
	_, err := other.Check(t.Context(), &pacer{})
	wantClass(t, err, tsp.Unauthorized)
}

func TestARefreshTokenAloneOpensAConnection(t *testing.T) {
	t.Parallel()
	s, kept := consented(t)
	given := tsp.Credentials{Kind: "oauth2", Fields: map[string]string{"client_id": "samsara-demo-client", "client_secret": "samsara-demo-secret",
		"refresh_token": kept.kept.Get(tsp.RefreshToken), "token_url": "https://api.samsara.com/oauth2/token", "url": "https://api.samsara.com"}}
	own := &stored{kept: given}
	session := connect(t, samsara.New(), s.base, tsp.Access{Credentials: given, Renew: own.renew})
	if _, err := session.Check(t.Context(), &pacer{}); err != nil || own.renewals != 1 {
		t.Errorf("%d refreshes, %v", own.renewals, err)
	}
	delete(given.Fields, "refresh_token")
	_, err := samsara.New().Connect(t.Context(), tsp.Access{Credentials: given, Client: &http.Client{}})
	wantClass(t, err, tsp.Unauthorized)
}

func TestTheRegionDecidesWhereRequestsGo(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{"": "api.samsara.com", "us": "api.samsara.com", "eu": "api.eu.samsara.com", "ca": "api.ca.samsara.com"} {
		for _, credentials := range []tsp.Credentials{samsara.New().Spec().SampleCredentials, consent("x")} {
			var host string
			client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				host = r.URL.Host
				return nil, errors.New("enough")
			})}
			access := tsp.Access{Credentials: credentials, Settings: tsp.Settings{"region": region}, Client: client, Pace: &pacer{}}
			if credentials.Kind == "samsara" {
				_, _ = samsara.New().(tsp.Exchanger).Exchange(t.Context(), access)
			} else if s, err := samsara.New().Connect(t.Context(), access); err == nil {
				_, _ = s.Check(t.Context(), &pacer{})
			}
			if host != want {
				t.Errorf("%s in region %q: %s, want %s", credentials.Kind, region, host, want)
			}
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
