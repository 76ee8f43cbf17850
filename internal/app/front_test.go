package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestACallerThatComesTooOftenIsRefusedAndNobodyElse(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.RateClient = config.Rate{Events: 3, Period: time.Hour}
	h := openWith(t, c)
	other := h.stranger(map[resource.Kind]string{resource.KindVehicle: access.Read})
	var last answer
	for range 7 {
		last = h.do("GET", vehicles, "")
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") != "1200" ||
		!strings.Contains(last.text,
			`{"code":429,"message":"Too Many Requests","detail":{"retry_after_seconds":1200,"message":"this client`) {
		t.Errorf("the seventh: %d %v %s", last.status, last.header, last.text)
	}
	if a := h.do("POST", messages, "{}"); a.status != http.StatusTooManyRequests {
		t.Errorf("a write: %d %s", a.status, a.text)
	}
	if a := h.by(other, "GET", vehicles, ""); a.status != http.StatusOK {
		t.Errorf("another: %d %s", a.status, a.text)
	}
	if a := h.do("GET", "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("health: %d %s", a.status, a.text)
	}
}

func TestTheTokenEndpointIsLimitedByAddressAndByClient(t *testing.T) {
	t.Parallel()
	for says, set := range map[string]func(*config.Config){
		"an address": func(c *config.Config) { c.RateAddress = config.Rate{Events: 3, Period: time.Hour} },
		"a client":   func(c *config.Config) { c.RateToken = config.Rate{Events: 3, Period: time.Hour} },
	} {
		c := config.Default()
		set(&c)
		h := openWith(t, c)
		ask := func(client string) (status int) {
			form := "grant_type=client_credentials&client_secret=guess&client_id=" + client
			for range 6 {
				a := h.do("POST", "/realms/waybill/protocol/openid-connect/token", form, "Content-Type",
					"application/x-www-form-urlencoded")
				status = a.status
			}
			return status
		}
		// The house has asked once; whether a client exists makes no difference.
		if a, b := ask(app.DemoClient), ask("nobody"); a != 429 || b != 401 && says == "a client" || b != 429 &&
			says == "an address" {
			t.Errorf("%s: %d for one that exists, %d for one that does not", says, a, b)
		}
	}
}

func TestWhatAPartnerHasQueuedMakesNoOtherPartnersWriteWait(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Limits["samsara"] = map[string]config.Rate{"messages.write": {Events: 60, Period: time.Minute}}
	h := openWith(t, c)
	for n := range 300 {
		if a := h.do("POST", messages, h.message(fmt.Sprint(n))); a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
	}
	h.until("the first of three hundred are sent", func() bool { return len(h.texts()) > 2 })
	other := h.stranger(map[resource.Kind]string{resource.KindMessage: access.ReadWrite, resource.KindUser: access.Read})
	for n := range 3 {
		text := fmt.Sprintf("the other's %d", n)
		asked := time.Now()
		if a := h.by(other, "POST", messages, h.message(text)); a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
		h.until("the other's message is sent", func() bool { return h.sent(text) == 1 })
		if took := time.Since(asked); took > 4*time.Second {
			t.Errorf("it was sent after %s, at a slot each second", took)
		}
	}
}

// certificate writes one of its own with its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, k.Public(), k)
	private, keyErr := x509.MarshalPKCS8PrivateKey(k)
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	if err := errors.Join(err, keyErr,
		os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600)); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// running is the program on a listener, over a database of its own; stop ends it and returns how it ended.
func running(t *testing.T, c config.Config) (addr string, stop func() error) {
	t.Helper()
	c.Key, c.DatabaseURL = operatorKey, apptest.Database(t)
	return runningOver(t, c, app.Options{})
}

// runningOver is running over the database that is set.
func runningOver(t *testing.T, c config.Config, o app.Options) (addr string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	o.Log, o.Adapters = slog.New(slog.DiscardHandler), adapters("samsara")
	a, err := app.Open(ctx, c, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l) }()
	return l.Addr().String(), func() error { cancel(); return <-ended }
}

func TestTheAPISpeaksTLSWhereItHasACertificate(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.TLSCert, c.TLSKey = certificate(t)
	addr, stop := running(t, c)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := client.Get("https://" + addr + "/realms/waybill/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || !strings.Contains(string(text), `"issuer":"https://`+addr) {
		t.Errorf("%d %s %v", resp.StatusCode, text, err)
	}
	if resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%v", resp.Header)
	}
	_ = resp.Body.Close()
	client.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestReadersThatDoNotReadMakeNoStopAnotherThanAnOrderlyOne(t *testing.T) {
	t.Parallel()
	addr, stop := running(t, config.Default())
	for range 100 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, strings.Repeat("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n", 50)); err != nil {
			t.Fatal(err)
		}
	}
	if resp, err := http.Get("http://" + addr + "/healthz"); err != nil || resp.StatusCode != 200 {
		t.Errorf("beside them: %v", err)
	}
	began := time.Now()
	if err := stop(); err != nil || time.Since(began) > 30*time.Second {
		t.Errorf("it ended with %v after %s", err, time.Since(began))
	}
}

func TestAStoppingServiceIsNotHealthy(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.stop()
	w := httptest.NewRecorder()
	h.app.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "the service is stopping") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
