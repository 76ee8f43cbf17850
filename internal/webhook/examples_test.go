package webhook_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// notRun begins what is told of an example whose language is not on the machine.
const notRun = "NOT RUN, an example under examples/: "

// The secrets that the examples know, one of each kind.
const (
	exampleSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	exampleText   = "an-older-secret-that-is-no-base64"
)

// example is a receiver of examples/ at work.
type example struct {
	t     *testing.T
	url   string
	lines chan string
	// bomb is gzip of more than examples read.
	bomb []byte
	// off is how wrong the sender's clock is.
	off time.Duration
}

func TestTheExamplesReceiveWhatIsSent(t *testing.T) {
	t.Parallel()
	root, bomb := filepath.Join("..", "..", "examples"), zeros(t, 5<<20)
	for name, c := range map[string]struct {
		tool string
		args func(built, address string) []string
	}{
		"go":         {"go", func(built, _ string) []string { return []string{built} }},
		"python":     {"python3", func(_, _ string) []string { return []string{"python3", filepath.Join(root, "python", "receiver.py")} }},
		"javascript": {"node", func(_, _ string) []string { return []string{"node", filepath.Join(root, "javascript", "receiver.mjs")} }},
		"php": {"php", func(_, at string) []string {
			return []string{"php", "-S", at, filepath.Join(root, "php", "receiver.php")}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(c.tool); err != nil {
				t.Skip(notRun + c.tool + " is not installed")
			}
			built := filepath.Join(t.TempDir(), "receiver")
			if name == "go" {
				if said, err := exec.CommandContext(t.Context(), "go", "build", "-o", built, root+"/go").CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, said)
				}
			}
			address := free(t)
			e := startExample(t, address, c.args(built, address))
			e.bomb = bomb
			e.tellsEvents()
			e.refusesWhatIsNotProven()
			if name == "python" {
				e.refusesLengthsThatAreNone(address)
			}
		})
	}
}

// tellsEvents sends what is good, in every form, and looks at what the example makes of it.
func (e *example) tellsEvents() {
	e.t.Helper()
	first := e.event(noon)
	e.answers("compressed", e.to(first, webhook.Gzip), nil, http.StatusAccepted)
	e.tells(first.Event.ID, "new")
	later := e.event(noon.Add(time.Minute))
	e.answers("as it is", e.to(later, webhook.Identity), nil, http.StatusAccepted)
	e.tells(later.Event.ID, "new")
	again := e.to(later, webhook.Gzip)
	again.Attempt = 2
	e.answers("once more", again, nil, http.StatusAccepted)
	e.tells(later.Event.ID, "repeated")
	late := e.event(noon.Add(30 * time.Second))
	e.answers("late", e.to(late, webhook.Gzip), nil, http.StatusAccepted)
	e.tells(late.Event.ID, "late")
	other := e.event(noon)
	other.Event.Data = []byte(`{"id":"another thing","note":"Ä – 🚚"}`)
	e.answers("of another thing", e.to(other, webhook.Gzip), nil, http.StatusAccepted)
	e.tells(other.Event.ID, "new")
	rotated := e.to(e.event(noon.Add(time.Hour)), webhook.Gzip)
	rotated.Subscription.Secret, rotated.Subscription.PreviousSecret = "whsec_bmV3", exampleSecret
	rotated.Subscription.PreviousUntil = time.Now().Add(time.Hour)
	e.answers("with a new secret beside the one that it knows", rotated, nil, http.StatusAccepted)
	e.tells(rotated.Event.ID, "new")
	for _, header := range []string{"X-Catena-Signature", "Webhook-Signature"} {
		for _, secret := range []webhook.Secret{exampleSecret, exampleText} {
			d := e.to(e.event(noon.Add(3*time.Hour)), webhook.Gzip)
			d.Subscription.Secret = secret
			e.answers("without "+header, d, func(r *http.Request) { r.Header.Del(header) }, http.StatusAccepted)
			e.tells(d.Event.ID, "new")
		}
	}
}

// refusesWhatIsNotProven sends what anybody could.
func (e *example) refusesWhatIsNotProven() {
	e.t.Helper()
	good := e.to(e.event(noon), webhook.Identity)
	foreign := good
	foreign.Subscription.Secret = webhook.RandomSecret()
	e.answers("signed by another", foreign, nil, http.StatusUnauthorized)
	for says, change := range map[string]func(*http.Request){
		"unsigned": func(r *http.Request) { r.Header.Del("X-Catena-Signature"); r.Header.Del("Webhook-Signature") },
		"with empty signatures": func(r *http.Request) {
			r.Header.Set("X-Catena-Signature", "")
			r.Header.Set("Webhook-Signature", "v1,")
		},
		"without times": func(r *http.Request) { r.Header.Del("X-Catena-Timestamp"); r.Header.Del("Webhook-Timestamp") },
		"with times that are none": func(r *http.Request) {
			r.Header.Set("X-Catena-Timestamp", "now")
			r.Header.Set("Webhook-Timestamp", "NaN")
		},
		"with another body": func(r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte("thing"), []byte("thong"), 1)))
		},
		"with times moved": func(r *http.Request) {
			r.Header.Set("X-Catena-Timestamp", time.Now().UTC().Add(time.Second).Format(time.RFC3339))
			r.Header.Set("Webhook-Timestamp", fmt.Sprint(time.Now().Unix()+1))
		},
	} {
		e.answers(says, good, change, http.StatusUnauthorized)
	}
	e.answers("that is no gzip", good, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, http.StatusBadRequest)
	e.answers("that unpacks to more than they read", good, func(r *http.Request) {
		r.Header.Set("Content-Encoding", "gzip")
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(e.bomb)), int64(len(e.bomb))
	}, http.StatusBadRequest)
	for says, off := range map[string]time.Duration{"6 minutes old": -6 * time.Minute, "6 minutes ahead": 6 * time.Minute} {
		e.off = off
		e.answers(says, good, nil, http.StatusUnauthorized)
	}
	select {
	case line := <-e.lines:
		e.t.Errorf("a delivery that was refused is told of: %s", line)
	default:
	}
}

// refusesLengthsThatAreNone sends what no client of Go does. The other examples' servers do it by themselves.
func (e *example) refusesLengthsThatAreNone(address string) {
	e.t.Helper()
	for _, length := range []string{"abc", "-1", strings.Repeat("9", 5000)} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			e.t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n", length)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || answer.StatusCode/100 != 4 {
			e.t.Errorf("Content-Length: %.9s: %v, %v", length, answer, err)
		}
		conn.Close()
	}
}

// event returns a delivery of a new event about one thing.
func (e *example) event(at time.Time) webhook.Delivery {
	d := to(e.url)
	d.Event.ID, d.Event.OccurredAt, d.Event.Data = uuid.Must(uuid.NewV7()), at, []byte(`{"id":"a thing"}`)
	d.Subscription.Secret = exampleSecret
	return d
}

func (e *example) to(d webhook.Delivery, encoding webhook.Encoding) webhook.Delivery {
	d.Subscription.Encoding = encoding
	return d
}

// answers sends a delivery, with its request changed on the way, and checks the answer.
func (e *example) answers(says string, d webhook.Delivery, change func(*http.Request), want int) {
	e.t.Helper()
	client := outbound.Receiver(loopback, 20*time.Second)
	e.t.Cleanup(client.CloseIdleConnections)
	next := client.Transport
	twisted := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if change != nil {
			change(r)
		}
		return next.RoundTrip(r)
	}), Timeout: client.Timeout}
	now := func() time.Time { return time.Now().Add(e.off) }
	if got := webhook.NewSender(twisted, now).Send(e.t.Context(), d); got.StatusCode != want {
		e.t.Errorf("a delivery %s: %+v, want %d", says, got, want)
	}
}

// tells waits for what the example says of an event.
func (e *example) tells(id uuid.UUID, how string) {
	e.t.Helper()
	select {
	case line := <-e.lines:
		if !strings.Contains(line, id.String()+" "+how) {
			e.t.Errorf("it says %q, want %s %s", line, id, how)
		}
	case <-time.After(2 * time.Minute):
		e.t.Fatalf("it says nothing of event %s, want %s", id, how)
	}
}

// startExample runs a receiver until the test ends.
func startExample(t *testing.T, address string, args []string) *example {
	t.Helper()
	_, port, _ := net.SplitHostPort(address)
	ctx, stop := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, args[0], args[1:]...)
	run.Env = append(os.Environ(), "PORT="+port, "WEBHOOK_INBOX="+t.TempDir(),
		"WEBHOOK_SECRET="+exampleText+" "+exampleSecret)
	run.WaitDelay = time.Second
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	run.Stderr = &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	e := &example{t: t, url: "http://" + address + "/hooks", lines: make(chan string, 100)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			e.lines <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		stop()
		<-read
		_ = run.Wait()
		if t.Failed() {
			t.Logf("it says: %.2000s", said.String())
		}
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return e
		}
		<-tick.C
	}
	t.Fatalf("%s does not listen: %s", args[0], said.String())
	return nil
}

// zeros returns the gzip of so many of them.
func zeros(t *testing.T, n int) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// free returns an address on which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
