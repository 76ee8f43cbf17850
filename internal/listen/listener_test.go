package listen

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// log is a log that several may write.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *log) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// serving is a server behind a listener; its handler answers 200 unless the connection is not sound.
func serving(t *testing.T, c Config, answer []byte, change func(*Listener)) string {
	t.Helper()
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Now = time.Now
	l := New(raw, c)
	if change != nil {
		change(l)
	}
	s := &http.Server{ConnContext: WithConn, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := Check(r); err != nil {
				w.Header().Set("Connection", "close")
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = w.Write(answer)
		})}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-ended
		// The server's goroutines may be closing the last of them.
		for deadline := time.Now().Add(time.Minute); l.holds() > 0; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Fatalf("%d connections are counted for ever", l.holds())
			}
		}
	})
	return raw.Addr().String()
}

// holds is how many connections are counted, in all and by address.
func (l *Listener) holds() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all + len(l.from)
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends a text and returns what comes until the other side closes.
func ask(t *testing.T, c net.Conn, text string) string {
	t.Helper()
	_, _ = io.WriteString(c, text)
	got, err := io.ReadAll(c)
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		t.Fatal("the connection was not closed")
	}
	return string(got)
}

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// answers tells whether a connection is answered.
func answers(c net.Conn) bool {
	_, _ = io.WriteString(c, get)
	n, _ := c.Read(make([]byte, 1))
	return n == 1
}

func TestAnAddressGetsHalfOfTheConnectionsAndAProxyAll(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		trusted []netip.Prefix
		want    int
		tells   string
	}{
		"an address": {nil, 4, "its address has its share"},
		"a proxy":    {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, 8, "there are as many as may be"},
	} {
		var told log
		addr := serving(t, Config{Most: 8, Trusted: c.trusted, Log: told.logger()}, []byte("x"), nil)
		var all []net.Conn
		for range c.want {
			all = append(all, dial(t, addr))
			if !answers(all[len(all)-1]) {
				t.Fatalf("%s: the %dth is not answered", says, len(all))
			}
		}
		for range 3 {
			if answers(dial(t, addr)) {
				t.Errorf("%s: one more than %d is answered", says, c.want)
			}
		}
		if n := strings.Count(told.String(), c.tells); n != 1 {
			t.Errorf("%s: it is told %d times: %s", says, n, told.String())
		}
		_ = all[0].Close()
		for deadline := time.Now().Add(time.Minute); !answers(dial(t, addr)); {
			if time.Now().After(deadline) {
				t.Fatalf("%s: a place that became free is given to nobody", says)
			}
		}
	}
}

// failing is a listener that has no more descriptors.
type failing struct{ net.Listener }

func (failing) Accept() (net.Conn, error) { return nil, errors.New("accept: too many open files") }

func TestThatConnectionsCannotBeTakenIsAnErrorOfTheMachineToldNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told log
		l := New(failing{}, Config{Most: 1, Now: time.Now, Log: told.logger()})
		for range 1000 {
			if _, err := l.Accept(); err == nil {
				t.Fatal("it was taken")
			}
			time.Sleep(25 * time.Millisecond)
		}
		if n := strings.Count(told.String(), "level=ERROR msg=\"connections cannot be taken\" error=\"accept: too many"); n != 3 {
			t.Errorf("told %d times in 25 s: %s", n, told.String())
		}
	})
}

func TestAnswersThatNobodyReadsAreGivenUp(t *testing.T) {
	t.Parallel()
	addr := serving(t, Config{Most: 1000}, make([]byte, 4<<20), func(l *Listener) { l.patience = 300 * time.Millisecond })
	var all sync.WaitGroup
	for range 300 {
		c := dial(t, addr)
		if _, err := io.WriteString(c, strings.Repeat(get, 20)); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			// Writing waits while nothing is read, and fails when the other side has given it up.
			for {
				if _, err := io.WriteString(c, strings.Repeat(get, 1000)); err != nil {
					var slow net.Error
					if errors.As(err, &slow) && slow.Timeout() {
						t.Error("a connection that reads nothing is held")
					}
					return
				}
			}
		})
	}
	all.Wait()
}

func TestASlowReaderGetsAWholeAnswerAndOneThatStopsDoesNot(t *testing.T) {
	t.Parallel()
	for pause, whole := range map[time.Duration]bool{10 * time.Second: true, 20 * time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			c := &brisk{Conn: ours, leave: func() {}, patience: strideTime}
			var reader sync.WaitGroup
			reader.Go(func() {
				for p := make([]byte, stride); ; time.Sleep(pause) {
					if _, err := io.ReadFull(theirs, p); err != nil {
						return
					}
				}
			})
			n, err := c.Write(make([]byte, 64*stride))
			if (err == nil) != whole || (n == 64*stride) != whole {
				t.Errorf("a stride each %s: %d, %v", pause, n, err)
			}
			_ = c.Close()
			reader.Wait()
		})
	}
}

func TestADeadlineFromOutsideCountsToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, _ := net.Pipe()
		c := &brisk{Conn: ours, leave: func() {}, patience: strideTime}
		began := time.Now()
		if err := c.SetDeadline(began.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); err == nil || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestARequestOfTwoFramingsIsRefusedAndNothingBehindItIsRead(t *testing.T) {
	t.Parallel()
	addr := serving(t, Config{Most: 10}, []byte("ok"), nil)
	const hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, framing := range []string{"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "transfer-encoding: chunked\r\ncontent-length: 4\r\n"} {
		got := ask(t, dial(t, addr), "POST / HTTP/1.1\r\nHost: a\r\n"+framing+"\r\n0\r\n\r\n"+hidden)
		if !strings.HasPrefix(got, "HTTP/1.1 400 ") || strings.Count(got, "HTTP/1.1") != 1 ||
			!strings.Contains(got, "has both Content-Length and Transfer-Encoding") {
			t.Errorf("%q: %s", framing, got)
		}
	}
}

func TestConnectionsWithSoundRequestsAreKept(t *testing.T) {
	t.Parallel()
	addr := serving(t, Config{Most: 10}, []byte("ok"), nil)
	const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	const sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
	got := ask(t, dial(t, addr), chunked+sized+chunked+get+strings.Replace(get, "Host", "Connection: close\r\nHost", 1))
	if strings.Count(got, "HTTP/1.1 200 OK") != 5 {
		t.Error(got)
	}
}
