//go:build unix

package torture_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// door is where a TSP lets callers in. While it is shut the kernel leaves them without an answer: whoever dials has
// something to send and has sent nothing.
type door struct {
	net.Listener
	// server is what is behind it.
	server *http.Server

	mu sync.Mutex
	// opens is closed when it is opened; nil while it is open.
	opens chan struct{}
}

// Accept lets the next one in.
func (d *door) Accept() (net.Conn, error) {
	d.mu.Lock()
	opens := d.opens
	d.mu.Unlock()
	if opens != nil {
		<-opens
	}
	return d.Listener.Accept()
}

// Close opens it, for good.
func (d *door) Close() error {
	d.open()
	return d.Listener.Close()
}

// shut keeps everybody out, those too who were in. open undoes it, and may be called again.
func (d *door) shut(t *testing.T) (open func()) {
	t.Helper()
	d.mu.Lock()
	d.opens = make(chan struct{})
	d.mu.Unlock()
	// Those inside go when they have their answers, and dial again.
	d.server.SetKeepAlivesEnabled(false)
	d.queue(t, 0)
	var before []net.Conn
	// One is let in who waits in Accept, and one is in the queue.
	for range 8 {
		conn, err := net.DialTimeout("tcp", d.Addr().String(), 100*time.Millisecond)
		if err != nil {
			break
		}
		before = append(before, conn)
	}
	return sync.OnceFunc(func() {
		for _, conn := range before {
			_ = conn.Close()
		}
		d.queue(t, syscall.SOMAXCONN)
		d.server.SetKeepAlivesEnabled(true)
		d.open()
	})
}

func (d *door) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opens != nil {
		close(d.opens)
		d.opens = nil
	}
}

// queue is for how many the kernel answers before they are let in.
func (d *door) queue(t *testing.T, length int) {
	t.Helper()
	raw, err := d.Listener.(*net.TCPListener).SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) {
			if err := syscall.Listen(int(fd), length); err != nil {
				t.Error(err)
			}
		})
	}
	if err != nil {
		t.Error(err)
	}
}

// dialing are the sockets of whoever is kept out.
func (d *door) dialing() (sockets []string) {
	table, _ := os.ReadFile("/proc/net/tcp")
	to := fmt.Sprintf(":%04X", d.Addr().(*net.TCPAddr).Port)
	for line := range strings.Lines(string(table)) {
		const remote, state, inode, synSent = 2, 3, 9, "02"
		fields := strings.Fields(line)
		if len(fields) > inode && strings.HasSuffix(fields[remote], to) && fields[state] == synSent {
			sockets = append(sockets, "socket:["+fields[inode]+"]")
		}
	}
	return sockets
}

// afterClaim is after a call was claimed and marked, and before anything of it was sent.
const afterClaim point = "after claim"

// killClaimant kills who has claimed a call and sent nothing.
func (w *torture) killClaimant() {
	d := w.trap.doors[w.rand.IntN(len(w.trap.doors))]
	open := d.shut(w.t)
	defer open()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(trapMost); time.Now().Before(deadline); <-tick.C {
		for _, socket := range d.dialing() {
			for _, p := range w.processes {
				if p.holds(socket) {
					p.kill()
					open()
					w.takenOver()
					return
				}
			}
		}
	}
	w.t.Logf("nobody came to %q", afterClaim)
	w.any().kill()
	open()
	w.takenOver()
}
