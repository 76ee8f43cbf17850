package access_test

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/npmtest"
)

// unchecked begins what is told where something is missing that is no part of what the project's tests need.
const unchecked = "NOT CHECKED AGAINST A PROVIDER OF OTHERS: "

// issuerTime is the most that installing and running the provider may take.
const issuerTime = 2 * time.Minute

func TestTokensOfAProviderThatOthersHaveWrittenAreTaken(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip(unchecked + "the run is to be short")
	}
	ctx, cancel := context.WithTimeout(t.Context(), issuerTime)
	defer cancel()
	issuer := startProvider(ctx, t, npmtest.Installed(ctx, t, filepath.Join("testdata", "issuer"), unchecked))
	d := newDesk(t)
	e := access.NewExternal(access.ExternalConfig{Issuer: issuer, Audience: "https://waybill.example", Store: d.db,
		HTTP: http.DefaultClient, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Claims: access.ClaimNames{Client: []string{"azp", "client_id"}, Scopes: []string{"scope"}}})
	who, err := e.Verify(t.Context(), providersToken(ctx, t, issuer))
	if diff := cmp.Diff([]string{"telematics:read"}, who.Scopes); diff != "" || err != nil || who.Client != "tms" ||
		who.Partner.Name != "My TMS" {
		t.Errorf("%+v, %v", who, err)
	}
	another := access.NewExternal(access.ExternalConfig{Issuer: issuer, Audience: "https://another.example", Store: d.db,
		HTTP: http.DefaultClient, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Claims: access.ClaimNames{Client: []string{"client_id"}}})
	if who, err := another.Verify(t.Context(), providersToken(ctx, t, issuer)); err == nil {
		t.Errorf("for another audience: %+v", who)
	}
}

// startProvider runs the provider until the test ends and returns its issuer.
func startProvider(ctx context.Context, t *testing.T, folder string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(unchecked + "node is not installed")
	}
	ctx, stop := context.WithCancel(ctx)
	run := exec.CommandContext(ctx, node, "provider.mjs")
	run.Dir, run.Stderr, run.WaitDelay = folder, os.Stderr, time.Second
	said, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = run.Wait()
	})
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider did not start: %v", err)
	}
	return strings.TrimSpace(line)
}

// providersToken is an access token that the provider gives its client.
func providersToken(ctx context.Context, t *testing.T, issuer string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"tms"},
		"client_secret": {"tms-secret-of-the-provider"}, "scope": {"telematics:read"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, issuer+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var given struct {
		AccessToken string `json:"access_token"`
		Error       string `json:"error_description"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&given); err != nil || given.AccessToken == "" {
		t.Fatalf("%s: %s, %v", answer.Status, given.Error, err)
	}
	return given.AccessToken
}
