package outbound_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/outbound"
)

func TestEveryFailedConnectionTellsItsCause(t *testing.T) {
	t.Parallel()
	quiet := func(s *httptest.Server) *httptest.Server {
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(s.Close)
		return s
	}
	plain := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	plain.Start()
	secure := quiet(httptest.NewUnstartedServer(http.NotFoundHandler()))
	secure.StartTLS()
	dropped := quiet(httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close()
		}
	})))
	dropped.Start()
	slow := quiet(httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })))
	slow.Start()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	here := outbound.TSP(outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	resolved := func(err *net.DNSError) *http.Client {
		return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}}
	}
	proxied := &http.Client{Transport: &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse("http://127.0.0.1:1") }}}
	for name, c := range map[string]struct {
		client *http.Client
		url    string
		want   string
	}{
		"the proxy is away":   {proxied, "http://a.example", "the proxy of this installation"},
		"nobody listens":      {here, "http://127.0.0.1:1", "refused the connection"},
		"a private address":   {outbound.TSP(outbound.Policy{}), plain.URL, "add its network to WAYBILL_OUTBOUND_ALLOW"},
		"no TLS":              {here, strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS"},
		"an unknown issuer":   {here, secure.URL, "its issuer is unknown; it must be sent with all certificates up to a public authority's, or the operator must add its issuer"},
		"no answer":           {here, dropped.URL, "closed the connection"},
		"a late answer":       {here, slow.URL, "the time for it was over"},
		"a silent handshake":  {here, "https://" + mute.Addr().String(), "the time for it was over"},
		"no such name":        {resolved(&net.DNSError{Name: "a.example", Server: "10.0.0.53:53", IsNotFound: true}), "http://a.example", "there is none of that name"},
		"no answer of a name": {resolved(&net.DNSError{Name: "a.example", Server: "10.0.0.53:53", IsTimeout: true}), "http://a.example", "its name server does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/path?token=hush", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.client.Do(request)
			if err == nil {
				_ = answer.Body.Close()
				t.Fatal("it was reached")
			}
			got := outbound.Cause(err)
			if !strings.Contains(got, c.want) || strings.Contains(got, "hush") || strings.Contains(got, "127.0.0.1") || strings.Contains(got, "10.0.0.53") {
				t.Errorf("%q of %v", got, err)
			}
		})
	}
	if got := outbound.Cause(errors.New("dial 10.0.0.7 with hush")); got != "" {
		t.Errorf("of what it does not know it tells %q", got)
	}
}
