package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	wrong "github.com/waybill-dev/waybill/internal/problem"
)

// leavesOpen sends the head of a request and the begin of its body, of which more may come for a minute, and returns the
// answer's status and how long it and the end of the connection took to come.
func leavesOpen(t *testing.T, c *counter, head string) (status string, answered, closed time.Duration) {
	t.Helper()
	server := httptest.NewUnstartedServer(c)
	server.Config.ReadTimeout = time.Minute
	server.Start()
	// Not server.Close, which waits for what this test is about.
	t.Cleanup(server.CloseClientConnections)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = fmt.Fprintf(conn, "%s\r\nHost: x\r\nAuthorization: Bearer token\r\n\r\n", strings.TrimSpace(head))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(head, "Expect") {
		_, _ = io.WriteString(conn, "1\r\n{\r\n")
	}
	from := bufio.NewReader(conn)
	a, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatalf("%s: after %v: %v", head, time.Since(began), err)
	}
	answered = time.Since(began)
	if _, err := io.Copy(io.Discard, a.Body); err != nil || !a.Close {
		t.Errorf("%s: it is read to %v, and may be used again: %t", head, err, !a.Close)
	}
	// The others are closed as these are, and a moment is too long to be waited for ten times.
	if strings.Contains(head, "Expect") || strings.Contains(head, "Content-Length") {
		if _, err = from.ReadByte(); err == nil {
			t.Errorf("%s: something comes behind the answer", head)
		}
	}
	return a.Status, answered, time.Since(began)
}

func TestWhatIsRefusedIsAnsweredAtOnceWhileItsBodyIsOpen(t *testing.T) {
	t.Parallel()
	const chunked = "\r\nTransfer-Encoding: chunked"
	post := func(path string, more ...string) string {
		method, path, _ := strings.Cut(path, " ")
		return method + " " + path + " HTTP/1.1" + chunked + strings.Join(more, "")
	}
	lines := "\r\nContent-Type: " + lineType
	away := &wrong.Error{Code: wrong.Unavailable, Detail: "it is away"}
	for says, one := range map[string]struct {
		head string
		do   func(*counter)
		want string
	}{
		"401":          {post(batchPath, lines), func(c *counter) { c.verify = access.ErrInvalidToken }, "401"},
		"403":          {post(batchPath, lines), func(c *counter) { c.who.Scopes = nil }, "403"},
		"422":          {post(batchPath+"?nope=1", lines), nil, "422"},
		"400":          {post(batchPath), nil, "400"},
		"expecting":    {post(batchPath, "\r\nExpect: 100-continue"), nil, "400"},
		"known length": {strings.Replace(post(batchPath+"?nope=1", lines), chunked, "\r\nContent-Length: 900", 1), nil, "422"},
		"503":          {post(batchPath, lines), func(c *counter) { c.Shut(away) }, "503"},
		"404":          {post("POST /v2/nothing"), nil, "404"},
		"405":          {post("PUT /v2/telematics/batch"), nil, "405"},
		"one write":    {post("POST /v2/telematics/messages"), func(c *counter) { c.verify = access.ErrInvalidToken }, "401"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			c, _ := crowded(t)
			if one.do != nil {
				one.do(c)
			}
			status, answered, closed := leavesOpen(t, c, one.head)
			if !strings.HasPrefix(status, one.want) || answered > time.Second || closed > 5*time.Second {
				t.Errorf("%s after %v, closed after %v", status, answered, closed)
			}
		})
	}
}

func TestAConnectionIsUsedAgainBehindARefusalOfABodyThatWasReadWhole(t *testing.T) {
	t.Parallel()
	c := serve(t, nil)
	for _, length := range []int64{7, -1} {
		server := httptest.NewServer(c)
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/v2/orgs/fleets", io.NopCloser(strings.NewReader(`{"a":1}`)))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = length
		r.Header = http.Header{"Authorization": {"Bearer token"}}
		a, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode != 400 || a.Close {
			t.Errorf("a body of %d: %s, closed: %t", length, a.Status, a.Close)
		}
		_ = a.Body.Close()
		server.Close()
	}
}
