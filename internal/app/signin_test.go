package app_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/operator"
)

// told is an answer that was read.
type told struct {
	status int
	text   string
	header http.Header
}

// visitor is a browser at the console of a service.
func visitor(t *testing.T, at string) func(method, path string, form url.Values) told {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	t.Cleanup(client.CloseIdleConnections)
	return func(method, path string, form url.Values) told {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, at+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return told{resp.StatusCode, string(text), resp.Header}
	}
}

// atDesk works on operators as a command beside the service does.
func atDesk(t *testing.T, c config.Config, work func(ctx context.Context, d *operator.Desk) error) {
	t.Helper()
	ctx := audit.By(t.Context(), audit.Actor{Name: "operator:root"})
	if err := app.Operators(ctx, c, func(d *operator.Desk) error { return work(ctx, d) }); err != nil {
		t.Fatal(err)
	}
}

func TestTheConsoleIsServedBehindItsSignIn(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL, c.Console.On = operatorKey, apptest.Database(t), true
	c.TLSCert, c.TLSKey = certificate(t)
	addr, stop := runningOver(t, c, app.Options{})
	ask := visitor(t, "https://"+addr)
	p := ask("GET", "/console/operations?state=failed", nil)
	if p.status != 200 || !strings.Contains(p.text, "One-time code") || p.header.Get("Strict-Transport-Security") == "" {
		t.Errorf("a stranger: %d %s", p.status, p.text)
	}
	var code string
	atDesk(t, c, func(ctx context.Context, d *operator.Desk) (err error) {
		_, code, _, err = d.Create(ctx, operator.Order{Email: "ada@x.example", Name: "Ada Lind", Role: operator.Acting})
		return err
	})
	p = ask("POST", "/console/sign-in", url.Values{"code": {code}, "next": {"/console/operations?state=failed"}})
	if p.status != 200 || !strings.Contains(p.text, "Ada Lind · operator") || !strings.Contains(p.text, `action="/console/sign-out"`) {
		t.Errorf("in: %d %s", p.status, p.text)
	}
	atDesk(t, c, func(ctx context.Context, d *operator.Desk) error {
		_, err := d.Disable(ctx, "ada@x.example", true)
		return err
	})
	if p = ask("GET", "/console/", nil); !strings.Contains(p.text, "One-time code") {
		t.Errorf("disabled by a command: %d %s", p.status, p.text)
	}
	if p = ask("GET", "/v2/telematics/vehicles", nil); p.status != 401 || !strings.Contains(p.text, "Authorization: Bearer") {
		t.Errorf("the API beside it: %d %s", p.status, p.text)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	var log []string
	err := app.EachEntry(t.Context(), c, 0, func(e audit.Entry) error {
		kind, _, _ := strings.Cut(e.Object, ":")
		log = append(log, e.Name+" "+e.Action+" "+kind+" "+e.Remote)
		return nil
	})
	if want := "operator:ada@x.example created operator_session 127.0.0.1"; err != nil || !strings.Contains(strings.Join(log, "\n"), want) {
		t.Errorf("no %q in %q, %v", want, log, err)
	}
}

func TestNoConsoleIsServedUnlessItIsSetOn(t *testing.T) {
	t.Parallel()
	addr, stop := running(t, config.Default())
	ask := visitor(t, "http://"+addr)
	for _, path := range []string{"/console/", "/console/sign-in", "/console"} {
		if p := ask("GET", path, nil); p.status != 404 || !strings.Contains(p.text, "there is nothing at this path") {
			t.Errorf("%s: %d %s", path, p.status, p.text)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestAConsoleWhoseSecretCannotBeReadIsNotServed(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Console.OIDC.SecretFile = filepath.Join(t.TempDir(), "none")
	if err := app.CheckConsole(c); err == nil || !strings.Contains(err.Error(), "WAYBILL_CONSOLE_OIDC_CLIENT_SECRET_FILE") {
		t.Errorf("%v", err)
	}
}

func TestTheConsoleSendsPeopleToTheIssuerThatIsSet(t *testing.T) {
	t.Parallel()
	var idp *httptest.Server
	idp = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/openid-configuration" {
			_, _ = io.WriteString(w, "here is "+r.URL.Query().Encode())
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":"%[1]s/authorize","token_endpoint":"%[1]s/token","jwks_uri":"%[1]s/keys"}`, idp.URL)
	}))
	t.Cleanup(idp.Close)
	c, wrong := config.FromEnv([]string{"WAYBILL_CONSOLE=on", "WAYBILL_CONSOLE_URL=http://localhost:8080",
		"WAYBILL_CONSOLE_OIDC_ISSUER=" + idp.URL, "WAYBILL_CONSOLE_OIDC_CLIENT_ID=wb", "WAYBILL_CONSOLE_OIDC_ROLES=admin=a"}, app.TSPs())
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	addr, stop := running(t, c)
	p := visitor(t, "http://"+addr)("GET", "/console/sign-in/issuer", nil)
	for _, part := range []string{"client_id=wb", "code_challenge_method=S256", "response_type=code", "scope=openid+profile+email",
		"redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fconsole%2Fsign-in%2Fcallback"} {
		if p.status != 200 || !strings.Contains(p.text, part) {
			t.Errorf("%d %s\nlacks %s", p.status, p.text, part)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
