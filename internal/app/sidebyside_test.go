//go:build unix

package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
)

// convoy are replicas of the real program on one database, of one release or of two, and callers who send what one
// replica does not take to the next one.
type convoy struct {
	*house
	database string
	env      []string
	// patient is for how long a caller tries a write before it counts as failed.
	patient time.Duration

	mu   sync.Mutex
	runs []*member
	sent map[string]bool
	// failed are the writes that no replica took, and odd the answers that no caller may get.
	failed, odd []string
	// longest is how long the slowest write took until it was taken.
	longest time.Duration
	count   atomic.Int64
}

// member is one replica.
type member struct {
	url string
	cmd *exec.Cmd
	log string
}

const convoySecret = "a-secret-of-the-convoy"

func newConvoy(t *testing.T, database string) *convoy {
	t.Helper()
	c := &convoy{house: &house{t: t, checker: openapitest.NewChecker(t), sim: simulatorAt(t, "samsara")}, database: database,
		sent: map[string]bool{}, patient: 20 * time.Second}
	settings := config.Default()
	settings.Key, settings.DatabaseURL = operatorKey, database
	settings.BaseURLs["samsara"] = c.sim
	c.fill(settings)
	c.env = []string{"PATH=" + os.Getenv("PATH"), "WAYBILL_DATABASE_URL=" + database, "WAYBILL_KEY=" + operatorKey,
		"WAYBILL_SETTLING=1s", "WAYBILL_OUTBOUND_ALLOW=127.0.0.0/8", "WAYBILL_LOG_LEVEL=warn", "WAYBILL_DRAIN_DELAY=1s",
		"WAYBILL_TSP_SAMSARA_BASE_URL=" + c.sim,
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=5000/s,messages.read=5000/s,token=9000/s,org=9000/s"}
	return c
}

// fill makes the demo's fixtures, and a client whose secret not everybody knows.
func (c *convoy) fill(settings config.Config) {
	t := c.t
	t.Helper()
	a, err := app.Open(t.Context(), settings, app.Options{Dev: true, Adapters: adapters("samsara"),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	c.ids, err = demo.Fill(t.Context(), a.Rooms(), "127.0.0.1:9")
	db := a.Rooms().Store
	known, failed := db.Client(t.Context(), app.DemoClient)
	if err = errors.Join(err, failed); err == nil {
		known.ID, known.Secrets = "convoy", []access.Secret{access.NewSecret(convoySecret, time.Now())}
		err = errors.Join(db.InsertClient(t.Context(), known),
			access.NewOperator(db, time.Now).DeleteClient(t.Context(), app.DemoClient))
	}
	if err = errors.Join(err, a.Close(context.WithoutCancel(t.Context()))); err != nil {
		t.Fatal(err)
	}
}

// program builds the program; overlay is a file of go build's -overlay, or "".
func program(t *testing.T, overlay string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "waybill")
	args := []string{"build", "-o", binary}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	if said, err := exec.Command("go", append(args, "../../cmd/waybill")...).CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, said)
	}
	return binary
}

// starts starts a replica, and returns when it is ready.
func (c *convoy) starts(binary string) *member {
	c.t.Helper()
	addr := freeAddr(c.t)
	m := &member{url: "http://" + addr, log: filepath.Join(c.t.TempDir(), "log"), cmd: exec.Command(binary, "serve", "--addr", addr)}
	log, err := os.Create(m.log)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	m.cmd.Env, m.cmd.Stderr = c.env, log
	if err := m.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
		if said, _ := os.ReadFile(m.log); c.t.Failed() {
			c.t.Logf("%s said:\n%s", m.url, said[max(0, len(said)-3000):])
		}
	})
	c.until("a replica is ready", func() bool {
		resp, err := http.Get(m.url + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs = append(c.runs, m)
	return m
}

// stops stops a replica in order, and has callers find that out by themselves.
func (c *convoy) stops(m *member) {
	c.t.Helper()
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	if err := m.cmd.Wait(); err != nil {
		c.t.Errorf("a replica that was stopped ended with %v", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, one := range c.runs {
		if one == m {
			c.runs = append(c.runs[:i:i], c.runs[i+1:]...)
			break
		}
	}
}

// next is the address of a replica, in turns.
func (c *convoy) next(n int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs[n%len(c.runs)].url
}

// load has callers write until it is ended.
func (c *convoy) load(callers int) (end func()) {
	c.house.url = c.next(0)
	c.token = c.tokenFor("convoy", convoySecret, "")
	stop, all := make(chan struct{}), sync.WaitGroup{}
	for caller := range callers {
		all.Go(func() {
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				case <-tick.C:
					c.write(caller+n, fmt.Sprintf("caller %d message %d", caller, n))
				}
			}
		})
	}
	return sync.OnceFunc(func() { close(stop); all.Wait() })
}

// write sends one write to one replica after another until it is taken. Its key keeps it from being two.
func (c *convoy) write(turn int, text string) {
	began := time.Now()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for ; time.Since(began) < c.patient; turn++ {
		status, odd := c.post(c.next(turn), text)
		if status == http.StatusAccepted || odd != "" {
			c.mu.Lock()
			defer c.mu.Unlock()
			if odd != "" {
				c.odd = append(c.odd, odd)
				return
			}
			c.sent[text] = true
			c.longest = max(c.longest, time.Since(began))
			c.count.Add(1)
			return
		}
		<-again.C
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = append(c.failed, text)
}

// post sends it once. odd is an answer that is neither 202 nor one after which a caller may send it again.
func (c *convoy) post(url, text string) (status int, odd string) {
	ctx, cancel := context.WithTimeout(context.Background(), c.patient)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", url+messages, strings.NewReader(c.message(text)))
	if err != nil {
		return 0, err.Error()
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", text)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return 0, ""
	case resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "":
		return 0, "503 without Retry-After: " + string(said)
	case resp.StatusCode != http.StatusAccepted && resp.StatusCode != http.StatusServiceUnavailable && resp.StatusCode != http.StatusConflict:
		return 0, fmt.Sprint(resp.StatusCode, " ", string(said))
	}
	return resp.StatusCode, ""
}

// written waits for some more writes to be taken.
func (c *convoy) written(n int64) {
	c.t.Helper()
	at := c.count.Load() + n
	c.until("callers go on", func() bool { return c.count.Load() >= at })
}

// check holds what was taken against what the TSP has.
func (c *convoy) check() {
	t := c.t
	t.Helper()
	db, err := sql.Open("pgx", c.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var open int
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for last := time.Now().Add(90 * time.Second); ; <-again.C {
		err := db.QueryRowContext(t.Context(),
			`SELECT count(*) FROM operation WHERE state NOT IN ('success', 'failed')`).Scan(&open)
		if err == nil && open == 0 {
			break
		}
		if time.Now().After(last) {
			t.Fatalf("of %d that were taken %d have not ended: %v", len(c.sent), open, err)
		}
	}
	counts := map[string]int{}
	for _, text := range c.texts() {
		counts[text]++
	}
	lost, twice := 0, 0
	for text := range c.sent {
		switch counts[text] {
		case 0:
			lost++
		case 1:
		default:
			twice++
		}
	}
	t.Logf("%d taken, %d lost, %d twice, %d failed; the slowest took %s", len(c.sent), lost, twice, len(c.failed), c.longest)
	if lost+twice+len(c.failed) > 0 || len(c.odd) > 0 || len(c.sent) < 100 {
		t.Errorf("lost %d, twice %d, failed %v, odd answers %.3q of %d", lost, twice, c.failed, c.odd, len(c.sent))
	}
}
