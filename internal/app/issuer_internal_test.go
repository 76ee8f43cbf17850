package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/config"
)

func TestAnIssuerThatDoesNotTellItsKeysIsWarnedOf(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(away.Close)
	var log bytes.Buffer
	a := &App{log: slog.New(slog.NewTextHandler(&log, nil))}
	if err := a.askIssuer(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("without an issuer: %v %s", err, log.String())
	}
	a.config.OIDC.Issuer = away.URL
	a.issuer = access.NewExternal(access.ExternalConfig{Issuer: away.URL, HTTP: away.Client(), Now: time.Now, Log: a.log})
	if err := a.askIssuer(t.Context()); err != nil || !strings.Contains(log.String(), "level=WARN") ||
		!strings.Contains(log.String(), away.URL) {
		t.Errorf("%v %s", err, log.String())
	}
}

// How the clock of a file takes over a step of the machine's is nothing that an issuer knows of: a token of its would
// lie in the future for hours.
func TestTokensOfAnotherIssuerAreJudgedByTheMachinesClockBesideAFile(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL = "5VKHk80XiU1YgykPoY1ssX+gcHHBu8KxxazI42zN4z0=", filepath.Join(t.TempDir(), "w.db")
	c.OIDC.Issuer, c.OIDC.Audience = "http://127.0.0.1:9", "waybill"
	opened := func() *App {
		t.Helper()
		a, err := Open(t.Context(), c, Options{Dev: true, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := opened()
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Half an hour behind, and never later since.
	a.forge(t, `DELETE FROM meta WHERE name = 'beat'`,
		`INSERT INTO meta (name, value) VALUES ('clock offset', '1800000000')`)
	a = opened()
	defer func() { _ = a.Close(context.WithoutCancel(t.Context())) }()
	if d := time.Since(a.now()); d < 20*time.Minute {
		t.Fatalf("the clock of the file is %v behind", d)
	}
	if d := time.Since(a.issuer.Now()); d > time.Minute {
		t.Errorf("tokens are judged by a clock that is %v behind", d)
	}
}
