package rest_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"testing"
)

// refusedPort is a URL at which nobody listens. A port that was free a moment ago would not
// do: the server of a parallel test may have it by now. Port 1 is given to none.
const refusedPort = "http://127.0.0.1:1"

// mute returns the URL of a server that takes connections and never says a word.
func mute(t *testing.T, scheme string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var open []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			open = append(open, conn)
		}
		for _, conn := range open {
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return scheme + "://" + l.Addr().String()
}

func through(proxy string) *http.Transport {
	return &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }}
}

func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// unwanted fails the test when any request arrives.
func unwanted(t *testing.T) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was sent", r.Method, r.URL) }
}
