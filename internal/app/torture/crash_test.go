package torture_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/store"
)

// crashRounds is how often the binary is killed.
const crashRounds = 30

// acceptances are the operations that were acknowledged with 202, by the text that they send.
type acceptances struct {
	mu  sync.Mutex
	ids map[string]string
}

// TestNothingAcceptedIsLostWhenTheBinaryIsKilled kills the real binary with SIGKILL at random
// moments under load, with the simulator apart, and then holds the simulator's own record
// against every acknowledged write.
func TestNothingAcceptedIsLostWhenTheBinaryIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the binary some dozens of times")
	}
	t.Parallel()
	samsara := lateTSPs()[0]
	samsara.open(t)

	h := &house{t: t, checker: openapitest.NewChecker(t)}
	victim := newVictim(h, "WAYBILL_TSP_SAMSARA_BASE_URL="+samsara.url, "WAYBILL_SETTLING=1s",
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=5000/s,messages.read=5000/s,token=9000/s,org=9000/s")
	accepted := &acceptances{ids: map[string]string{}}
	for round := range crashRounds {
		victim.start()
		victim.ids()
		victim.load(round, accepted)
	}
	victim.start()
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret)
	for text, id := range accepted.ids {
		// Thousands wait, one after another, since all are between the same two people.
		if end := h.endedWithin(5*time.Minute, id); end.text("status") != "success" {
			t.Errorf("%s ended as %v", text, end)
		}
	}
	counts := map[string]int{}
	for _, o := range samsara.ask(t, "GET", "/_sim/objects/messages", "") {
		counts[o.text("text")]++
	}
	lost, twice := 0, 0
	for text := range accepted.ids {
		if counts[text] == 0 {
			lost++
		}
		if counts[text] > 1 {
			twice++
		}
	}
	victim.kill()
	t.Logf("%d rounds, %d accepted, %d lost, %d sent twice", crashRounds, len(accepted.ids), lost, twice)
	if lost > 0 || twice > 0 || len(accepted.ids) < crashRounds {
		t.Errorf("of %d accepted writes %d were lost and %d sent twice", len(accepted.ids), lost, twice)
	}
}

// victim is the real binary, which is started and killed again and again.
type victim struct {
	h                                 *house
	binary, dir, addr, receiver, base string
	env                               []string
	cmd                               *exec.Cmd
}

// newVictim builds the binary, which is run with the environment on top of our own.
func newVictim(h *house, env ...string) *victim {
	t := h.t
	t.Helper()
	return &victim{h: h, binary: apptest.Built(t), dir: t.TempDir(), addr: apptest.FreeAddr(t),
		receiver: apptest.FreeAddr(t), base: basePort(t),
		env: append(env, "WAYBILL_LOG_LEVEL=error")}
}

// basePort returns a base port for the simulators that the binary runs itself.
func basePort(t *testing.T) string {
	t.Helper()
	const simulators = 10
	return strconv.Itoa(apptest.FreePorts(t, simulators) - 1)
}

// start runs the binary until it answers.
func (v *victim) start() {
	t := v.h.t
	t.Helper()
	v.cmd = exec.Command(v.binary, "dev", "--quiet", "--addr", v.addr, "--data-dir", v.dir, "--receiver-addr", v.receiver,
		"--sim-base-port", v.base)
	v.cmd.Env = append(os.Environ(), v.env...)
	v.cmd.Stderr = os.Stderr
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.kill)
	v.h.url = "http://" + v.addr
	apptest.Until(t, "the binary answers", func() bool {
		resp, err := http.Get(v.h.url + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

func (v *victim) kill() {
	if v.cmd != nil {
		_ = v.cmd.Process.Kill()
		_ = v.cmd.Wait()
		v.cmd = nil
	}
}

// ids reads the fixtures that the demo made.
func (v *victim) ids() {
	t := v.h.t
	db, err := store.OpenBeside(t.Context(), filepath.Join(v.dir, "waybill.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	v.h.ids.Connection = demo.ID("connection:samsara")
	if err := v.h.ids.Pick(t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

// load posts messages from several callers and kills the binary while they do.
func (v *victim) load(round int, accepted *acceptances) {
	v.h.token = v.h.tokenFor(app.DemoClient, app.DemoSecret)
	var callers sync.WaitGroup
	stop := make(chan struct{})
	for caller := range 8 {
		callers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				text := fmt.Sprintf("round %d caller %d message %d", round, caller, n)
				id, ok := v.post(text)
				if !ok {
					return
				}
				accepted.mu.Lock()
				accepted.ids[text] = id
				accepted.mu.Unlock()
			}
		})
	}
	<-time.After(time.Duration(50+rand.IntN(400)) * time.Millisecond)
	v.kill()
	close(stop)
	callers.Wait()
}

// post sends one message and tells whether it was acknowledged.
func (v *victim) post(text string) (id string, ok bool) {
	req, err := http.NewRequest("POST", v.h.url+messages, strings.NewReader(v.h.message(text)))
	if err != nil {
		return "", false
	}
	req.Header.Set("Authorization", "Bearer "+v.h.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", false
	}
	defer resp.Body.Close()
	line, _ := bufio.NewReader(resp.Body).ReadString('}')
	_, rest, found := strings.Cut(line, `"id":"`)
	return strings.SplitN(rest, `"`, 2)[0], found && resp.StatusCode == http.StatusAccepted
}
