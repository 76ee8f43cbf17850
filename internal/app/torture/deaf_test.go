//go:build unix

package torture_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// cable is a way to PostgreSQL that can swallow the connections which listen: nothing comes through any more in either
// direction, and neither side is told.
type cable struct {
	url, target string

	mu   sync.Mutex
	open []*strand
	// swallows tells that connections which listen from now on are swallowed as well.
	swallows bool
}

// strand is one connection.
type strand struct {
	client, server     net.Conn
	listens, swallowed bool
}

// wired lays a cable to the server of a URL.
func wired(t *testing.T, url string) *cable {
	t.Helper()
	database, host, _ := strings.Cut(strings.TrimPrefix(url, "postgres://waybill@/"), "?host=")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &cable{url: fmt.Sprintf("postgres://waybill@%s/%s", l.Addr(), database),
		target: filepath.Join(host, ".s.PGSQL.5432")}
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, s := range w.open {
			s.cut()
		}
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", w.target)
			if err != nil {
				_ = client.Close()
				continue
			}
			s := &strand{client: client, server: server}
			w.mu.Lock()
			w.open = append(w.open, s)
			w.mu.Unlock()
			go w.pass(s, client, server)
			go w.pass(s, server, client)
		}
	}()
	return w
}

func (s *strand) cut() { _, _ = s.client.Close(), s.server.Close() }

// pass carries one direction of a connection until it ends.
func (w *cable) pass(s *strand, from io.Reader, to io.Writer) {
	defer func() {
		s.cut()
		w.mu.Lock()
		defer w.mu.Unlock()
		s.listens = false
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		if bytes.Contains(buffer[:n], []byte(`LISTEN "`)) && to == s.server {
			s.listens, s.swallowed = true, s.swallowed || w.swallows
		}
		swallowed := s.swallowed
		w.mu.Unlock()
		if swallowed {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// swallow swallows what listens, and what will from now on as well or not.
func (w *cable) swallow(also bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.swallows = also
	for _, s := range w.open {
		s.swallowed = s.swallowed || s.listens
	}
}

// spare lets what listens from now on be heard.
func (w *cable) spare() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.swallows = false
}

// heard tells whether a connection listens that is not swallowed.
func (w *cable) heard() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.open, func(s *strand) bool { return s.listens && !s.swallowed })
}

func TestWritesAreSentWhoeverHearsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	t.Parallel()
	w, url := newTortureAround(t), postgrestest.Database(t)
	w.fill(url)
	wires := []*cable{wired(t, url), wired(t, url)}
	for _, one := range wires {
		w.man(1, apptest.Built(t), one.url)
	}
	w.serve()
	w.authorize()
	s := newSiege(w.house, nil, w.urls...)
	s.plain = true // Each message is to come.
	of := sides(w.house, w.tsps)[0]
	for _, phase := range []struct {
		name    string
		volleys int
		begin   func()
	}{
		{"one replica hears nothing until it notices", 8, func() { wires[0].swallow(false) }},
		{"no replica hears anything", 6, func() { wires[0].swallow(true); wires[1].swallow(true) }},
	} {
		w.within(time.Minute, "both listen", func() bool { return wires[0].heard() && wires[1].heard() })
		phase.begin()
		var took []time.Duration
		for n := range phase.volleys {
			took = append(took, w.volley(s, of, fmt.Sprint(phase.name, " ", n)))
		}
		longest(took)
		t.Logf("%s: the slowest came to the TSP after %v", phase.name, took)
		if took[0] > 10*time.Second {
			t.Errorf("%s: a write came to the TSP after %v", phase.name, took[0])
		}
		wires[0].spare()
		wires[1].spare()
	}
	w.within(time.Minute, "both listen again", func() bool { return wires[0].heard() && wires[1].heard() })
	past := w.past(s, w.tsps)
	past.report(t, 1)
	w.toldAll(past)
}

// volley writes some messages to any replica while the TSP holds the first of them up, so that the others come to a
// lane that runs here or elsewhere, and returns how long they take to the TSP. No two of them go the same way: which
// was first is told by replicas whose clocks may differ by more than what lies between them.
func (w *torture) volley(s *siege, to side, name string) time.Duration {
	w.t.Helper()
	to.ask(w.t, "POST", "/_sim/faults", `{"match":{"method":"POST"},"fault":"delay","delay_ms":500,"times":1}`)
	var texts []string
	began := time.Now()
	for n := range 4 {
		text := fmt.Sprint(mark, name, " ", n)
		texts = append(texts, text)
		s.write("POST", messages, fmt.Sprintf(`{"connection_id":"%s","message_text":%q,"sender_id":"%s","recipient_id":"%s"}`,
			to.connection, text, to.senders[n%2], to.drivers[n/2]), text)
	}
	w.within(time.Minute, "the messages are at the TSP", func() bool {
		for _, o := range to.ask(w.t, "GET", "/_sim/objects/"+to.messages, "") {
			text, _ := to.message(o)
			texts = slices.DeleteFunc(texts, func(one string) bool { return one == text })
		}
		return len(texts) == 0
	})
	return time.Since(began)
}
