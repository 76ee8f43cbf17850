package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
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
