package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// world is a proxy on this machine that knows one public host, and a resolver whose answers change.
type world struct {
	network
	proxyURL string
	mu       sync.Mutex
	asked    []string
	answers  map[string][]string
}

const publicAddress = "93.184.215.14"

func newWorld(t *testing.T, host http.HandlerFunc) *world {
	t.Helper()
	w := &world{answers: map[string][]string{"public.example": {publicAddress}}}
	target := httptest.NewTLSServer(host)
	t.Cleanup(target.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, r.Method+" "+r.RequestURI)
		w.mu.Unlock()
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") == "" {
			http.Error(out, "no", http.StatusForbidden)
			return
		}
		there, err := net.Dial("tcp", target.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		here, _, err := out.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
	t.Cleanup(proxy.Close)
	w.proxyURL = proxy.URL
	through, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://user:pass@", 1))
	if err != nil {
		t.Fatal(err)
	}
	w.proxy = func(*url.URL) (*url.URL, error) { return through, nil }
	w.resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.answers[host]) == 0 {
			return nil, &net.DNSError{Name: host, IsNotFound: true}
		}
		var out []netip.Addr
		for text := range strings.SplitSeq(w.answers[host][0], " ") {
			out = append(out, netip.MustParseAddr(text))
		}
		if len(w.answers[host]) > 1 {
			w.answers[host] = w.answers[host][1:]
		}
		return out, nil
	}
	return w
}

// clients are those for hosts that others choose. Certificates are not the matter here.
func (w *world) clients(t *testing.T, p Policy, own ...string) map[string]*http.Client {
	t.Helper()
	receiver, tsp := receiverClient(p, w.network, 10*time.Second), tspClient(p, w.network, own)
	lax := &tls.Config{InsecureSkipVerify: true}
	receiver.Transport.(guarded).next.TLSClientConfig = lax
	tsp.Transport.(*split).held.TLSClientConfig, tsp.Transport.(*split).free.TLSClientConfig = lax, lax
	t.Cleanup(receiver.CloseIdleConnections)
	t.Cleanup(tsp.CloseIdleConnections)
	return map[string]*http.Client{"receiver": receiver, "tsp": tsp}
}

func TestAProxyIsAskedForJudgedAddressesAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url, asks, refused string
	}{
		"a public name":            {"https://public.example/a", "CONNECT " + publicAddress + ":443", ""},
		"a public address":         {"https://" + publicAddress + ":8443/a", "CONNECT " + publicAddress + ":8443", ""},
		"metadata":                 {"https://169.254.169.254/latest", "", "private"},
		"this machine":             {"https://127.0.0.1/", "", "this machine"},
		"this machine by name":     {"https://localhost/", "", "this machine"},
		"a private address":        {"https://10.0.0.7/", "", "private"},
		"unique-local":             {"https://[fd00::1]/", "", "private"},
		"link-local":               {"https://[fe80::1]/", "", "private"},
		"IPv4 in IPv6":             {"https://[::ffff:10.0.0.7]/", "", "private"},
		"IPv4-compatible IPv6":     {"https://[::10.0.0.7]/", "", "private"},
		"NAT64":                    {"https://[64:ff9b::a9fe:a9fe]/", "", "private"},
		"NAT64 of one's own":       {"https://[64:ff9b:1::a9fe:a9fe]/", "", "private"},
		"6to4":                     {"https://[2002:a9fe:a9fe::1]/", "", "private"},
		"Teredo":                   {"https://[2001:0:a9fe:a9fe::1]/", "", "private"},
		"a decimal address":        {"https://2852039166/", "", "cannot be resolved"},
		"a name of metadata":       {"https://metadata.example/", "", "private"},
		"a name of several":        {"https://several.example/", "CONNECT " + publicAddress + ":443", ""},
		"a name that nobody knows": {"https://nowhere.example/", "", "WAYBILL_OUTBOUND_PROXY=names"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(http.ResponseWriter, *http.Request) {})
			w.answers["metadata.example"] = []string{"169.254.169.254"}
			w.answers["several.example"] = []string{"10.0.0.7 " + publicAddress}
			w.answers["localhost"] = []string{"127.0.0.1"}
			for kind, client := range w.clients(t, Policy{}) {
				w.asked = nil
				answer, err := client.Get(c.url)
				if err == nil {
					_ = answer.Body.Close()
				}
				got := strings.Join(w.asked, ", ")
				if got != c.asks || (err == nil) != (c.refused == "") || err != nil && !strings.Contains(Cause(err), c.refused) {
					t.Errorf("%s: the proxy was asked for %q, the end is %v", kind, got, err)
				}
			}
		})
	}
}

func TestANameThatChangesItsAddressBehindAProxyLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Host != "rebinding.example" {
			t.Errorf("the host was asked as %s", r.Host)
		}
	})
	for name, client := range w.clients(t, Policy{}) {
		w.asked, w.answers["rebinding.example"] = nil, []string{publicAddress, "169.254.169.254"}
		for i := range 2 {
			answer, err := client.Get("https://rebinding.example/")
			if (err == nil) != (i == 0) {
				t.Errorf("%s: call %d ends with %v", name, i, err)
			}
			if err == nil {
				_ = answer.Body.Close()
			}
			client.CloseIdleConnections()
		}
		if want := []string{"CONNECT " + publicAddress + ":443"}; !slices.Equal(w.asked, want) {
			t.Errorf("%s: the proxy was asked for %v", name, w.asked)
		}
	}
}

func TestAProxyThatJudgesIsAskedForNamesButNeverForWhatIsCertainlyPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(http.ResponseWriter, *http.Request) {})
	w.answers["localhost"] = []string{"127.0.0.1"}
	for name, client := range w.clients(t, Policy{ProxyJudges: true}) {
		w.asked = nil
		for _, to := range []string{"https://nowhere.example/", "https://169.254.169.254/", "https://localhost/"} {
			if answer, err := client.Get(to); err == nil {
				_ = answer.Body.Close()
			}
		}
		if want := []string{"CONNECT nowhere.example:443"}; !slices.Equal(w.asked, want) {
			t.Errorf("%s: the proxy was asked for %v", name, w.asked)
		}
	}
}

func TestTrustInATSPsOwnHostIsTrustInNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(http.ResponseWriter, *http.Request) {})
	client := w.clients(t, Policy{}, "https://own.internal.example")["tsp"]
	answer, err := client.Get("https://own.internal.example/v1")
	if err != nil {
		t.Fatalf("the TSP's own host: %v", err)
	}
	_ = answer.Body.Close()
	var refusal *Refusal
	for what, to := range map[string]string{"the proxy": w.proxyURL, "another port": "https://own.internal.example:8443/"} {
		w.answers["own.internal.example"] = []string{"10.0.0.7"}
		if _, err := client.Get(to); !errors.As(err, &refusal) {
			t.Errorf("%s: %v, want a refusal", what, err)
		}
	}
}

func TestAProxyThatWithholdsItsAnswerIsLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer, cause string }{
		"by a refusal":       {"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "does not let us through to it: it answered 407"},
		"by endless heads":   {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20), "could not be reached"},
		"by rubbish":         {"rubbish\r\n\r\n", "could not be reached"},
		"by saying too much": {"HTTP/1.1 200 OK\r\n\r\nhello", "more than was asked for"},
		"by silence":         {"", "could not be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			t.Cleanup(func() { _ = l.Close(); <-done })
			go func() {
				defer close(done)
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					_, _ = conn.Read(make([]byte, 4<<10))
					_, _ = io.WriteString(conn, c.answer)
					if c.answer != "" {
						_ = conn.Close()
					} else {
						defer func() { _ = conn.Close() }()
					}
				}
			}()
			n := network{proxy: func(*url.URL) (*url.URL, error) { return url.Parse("http://" + l.Addr().String()) }}
			client := tspClient(Policy{}, n, nil)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+publicAddress, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := client.Do(request)
			if err == nil {
				_ = answer.Body.Close()
				t.Fatal("the host was reached")
			}
			if got := Cause(err); !strings.Contains(got, c.cause) && !(c.answer == "" && IsTimeout(err)) {
				t.Errorf("%q of %v", got, err)
			}
		})
	}
}

func TestWhatALogHoldsOfAFailedCallIsWithoutItsURL(t *testing.T) {
	t.Parallel()
	_, err := TSP(Policy{}).Get("https://127.0.0.1/hush?token=hush")
	if err == nil || !strings.Contains(err.Error(), "hush") {
		t.Fatalf("the error is %v", err)
	}
	var refusal *Refusal
	if bare := Bare(err); strings.Contains(bare.Error(), "hush") || !errors.As(bare, &refusal) {
		t.Errorf("bare, it is %v", bare)
	}
	if own := errors.New("another"); Bare(own) != own || Bare(nil) != nil {
		t.Error("what has no URL is changed")
	}
}
