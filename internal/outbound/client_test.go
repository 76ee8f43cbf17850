package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

var devMode = Policy{AllowLoopback: true, AllowHTTP: true}

func TestAddressesAreJudgedWhenTheConnectionIsMade(t *testing.T) {
	t.Parallel()
	allow := Policy{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	tests := []struct {
		name    string
		policy  Policy
		network string
		address string
		want    string
	}{
		{"a public address passes", Policy{}, "tcp4", "93.184.215.14:443", ""},
		{"a public address passes on a high port", Policy{}, "tcp4", "93.184.215.14:8443", ""},
		{"a mail port is refused", Policy{}, "tcp4", "93.184.215.14:25", "port 25"},
		{"loopback is refused", Policy{}, "tcp4", "127.0.0.1:443", "ask the operator"},
		{"IPv6 loopback is refused", Policy{}, "tcp6", "[::1]:443", "ask the operator"},
		{"loopback passes in dev mode", devMode, "tcp4", "127.0.0.1:9100", ""},
		{"a private address is refused in dev mode", devMode, "tcp4", "10.1.2.3:443", "ask the operator"},
		{"an allowed network passes on any port", allow, "tcp4", "10.1.2.3:25", ""},
		{"metadata is refused beside an allowed network", allow, "tcp4", "169.254.169.254:80", "ask the operator"},
		{"a zone is refused", Policy{}, "tcp6", "[fe80::1%eth0]:443", "ask the operator"},
		{"another network is refused", Policy{}, "udp4", "93.184.215.14:443", "ask the operator"},
		{"what is no address is refused", Policy{}, "tcp4", "nowhere", "no usable network address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkRefusal(t, tt.policy.guard().control(tt.network, tt.address, nil), tt.want)
		})
	}
}

// TestANameThatResolvesToLoopbackIsNotConnected goes past the check of the URL, as a name would
// whose address turned out to be private.
func TestANameThatResolvesToLoopbackIsNotConnected(t *testing.T) {
	t.Parallel()
	called := false
	s := serve(t, func(http.ResponseWriter, *http.Request) { called = true })
	pool := Receiver(Policy{}, time.Second).Transport.(guarded).next
	_, err := (&http.Client{Transport: pool}).Get(s.URL)
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("got %v, want a refusal", err)
	}
	if called {
		t.Error("the receiver was reached")
	}
}

func TestARefusalKeepsTheResolvedAddressFromThePartner(t *testing.T) {
	t.Parallel()
	err := Policy{}.guard().control("tcp4", "10.9.8.7:443", nil)
	if strings.Contains(err.Error(), "10.9.8.7") {
		t.Errorf("the text names the address: %v", err)
	}
	if !errors.Is(err, ssrf.ErrProhibitedIP) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestAStoredURLIsCheckedAgainBeforeEachRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err := Receiver(Policy{AllowLoopback: true}, time.Second).Post(s.URL, "text/plain", strings.NewReader("x"))
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal", err)
	}
}

func TestRedirectsAreAnswersLikeAnyOther(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			t.Error("the redirect was followed")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	for name, c := range clients(t) {
		answer, err := c.Get(s.URL)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s: status %d, want 307", name, answer.StatusCode)
		}
	}
}

func TestNoReceiverWithholdsItsAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		want         int
	}{
		{"by switching protocols", "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: silence", 101},
		{"by a redirect that cannot be read", "302 Found\r\nLocation: http://[::1\r\nContent-Length: 0", 302},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) { answerAndWait(t, w, tt.answer) })
			answer, err := clients(t)["receiver"].Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			read := make(chan struct{})
			go func() {
				defer close(read)
				_, _ = io.Copy(io.Discard, answer.Body)
			}()
			select {
			case <-read:
			case <-time.After(time.Minute):
				t.Error("the answer never ends")
			}
			_ = answer.Body.Close()
			if answer.StatusCode != tt.want {
				t.Errorf("status %d, want %d", answer.StatusCode, tt.want)
			}
		})
	}
}

func TestHugeHeadersOfAnAnswerAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Huge", strings.Repeat("x", 1<<20))
	})
	for name, c := range clients(t) {
		if answer, err := c.Get(s.URL); err == nil {
			_ = answer.Body.Close()
			t.Errorf("%s took a header of 1 MiB", name)
		}
	}
}

func TestConnectionsAreKeptForTheNextRequest(t *testing.T) {
	t.Parallel()
	from := map[string]bool{}
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { from[r.RemoteAddr] = true })
	c := clients(t)["receiver"]
	for range 3 {
		answer, err := c.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	if len(from) != 1 {
		t.Errorf("%d connections for 3 requests", len(from))
	}
}

func TestAReceiverThatHangsIsLeftAfterTheTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := Receiver(devMode, 30*time.Millisecond)
	t.Cleanup(c.CloseIdleConnections)
	if _, err := c.Get(s.URL); err == nil {
		t.Error("an answer came")
	}
}

func TestTSPsAreTrustedWithoutATimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c := clients(t)["tsp"]
	answer, err := c.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if c.Timeout != 0 {
		t.Errorf("the client has a timeout of %s", c.Timeout)
	}
}

func clients(t *testing.T) map[string]*http.Client {
	t.Helper()
	all := map[string]*http.Client{"receiver": Receiver(devMode, 10*time.Second), "tsp": TSP(devMode)}
	for _, c := range all {
		t.Cleanup(c.CloseIdleConnections)
	}
	return all
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// answerAndWait writes an answer that net/http would not, and holds the connection until the
// caller leaves.
func answerAndWait(t *testing.T, w http.ResponseWriter, answer string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "HTTP/1.1 "+answer+"\r\n\r\n")
	_, _ = io.Copy(io.Discard, conn)
}
