package torture_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
)

// How often the binary is killed among late TSPs, and how long it takes "not found" to prove nothing. CRASH_ROUNDS=60
// and CRASH_SETTLING=1ms in the environment set others: many rounds are for people who wait, and a settling time that
// is shorter than TSPs are late must make the test fail.
const (
	lateRounds   = 8
	lateSettling = "5s"
)

// TestLateTSPsGetEachWriteOnceAndInOrder kills the real binary with SIGKILL again and again under load, while all TSPs
// apply every write late, whatever becomes of its caller. Then it holds what callers were told, what the operations say
// and what the simulators hold against each other.
func TestLateTSPsGetEachWriteOnceAndInOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("CRASH_ROUNDS"), fmt.Sprint(lateRounds)))
	if err != nil {
		t.Fatalf("CRASH_ROUNDS: %v", err)
	}
	tsps := lateTSPs()
	env := []string{"WAYBILL_SETTLING=" + cmp.Or(os.Getenv("CRASH_SETTLING"), lateSettling)}
	for _, l := range tsps {
		l.open(t)
		env = append(env, l.env()...)
	}
	h := &house{t: t, checker: openapitest.NewChecker(t)}
	v := newVictim(h, env...)
	v.start()
	h.authorize()
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := newSiege(h, over, h.url)
	for _, of := range sides(h, tsps) {
		of.ask(t, "POST", "/_sim/lag", fmt.Sprintf(`{"delay_ms":%d}`, listsLag))
		s.begin(&callers, of)
	}
	for range rounds {
		v.amid(tsps, time.Duration(300+rand.IntN(3000))*time.Millisecond)
		v.start()
	}
	close(over)
	for _, l := range tsps {
		l.calm(t)
	}
	callers.Wait()
	h.authorize()
	past := h.past(s, tsps)
	v.kill()
	past.report(t, rounds)
}

// authorize gets the house a token of the demo's client.
func (h *house) authorize() { h.token = h.tokenFor(app.DemoClient, app.DemoSecret) }

// amid plagues the TSPs for a while and then kills the binary.
func (v *victim) amid(tsps []*lateTSP, d time.Duration) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for after := time.After(d); ; {
		for _, l := range tsps {
			l.plague(v.h.t)
		}
		select {
		case <-after:
			v.kill()
			return
		case <-tick.C:
		}
	}
}

// past waits until all operations have ended and collects the history.
func (h *house) past(s *siege, tsps []*lateTSP) history {
	h.t.Helper()
	waits := func(w wrote) bool { return w.end == isPending }
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); <-time.After(200 * time.Millisecond) {
		if !slices.ContainsFunc(behindUnknown(h.wroteAll("status", "pending")), waits) {
			break
		}
	}
	past := history{writes: behindUnknown(h.wroteAll()), told: s.told, names: map[ofTSP]string{}}
	for _, l := range tsps {
		l.tell(h.t, &past)
	}
	return past
}

// wroteAll reads all operations that a filter lets through, in the order of their acceptance.
func (h *house) wroteAll(filter ...string) []wrote {
	h.t.Helper()
	var all []wrote
	for query := filter; ; {
		page := h.list(operations, append([]string{"size", "500"}, query...)...)
		for _, op := range page.Items {
			all = append(all, wroteOf(op))
		}
		if page.Next == "" {
			// They are listed newest first.
			slices.Reverse(all)
			return all
		}
		query = append(slices.Clone(filter), "cursor", page.Next)
	}
}

// report tells the figures, and what is wrong.
func (h history) report(t *testing.T, rounds int) {
	t.Helper()
	ends := map[string]map[end]int{}
	for _, w := range h.writes {
		of := fmt.Sprintf("%s %s", w.tsp, w.what)
		if ends[of] == nil {
			ends[of] = map[end]int{}
		}
		ends[of][w.end]++
	}
	for _, of := range slices.Sorted(maps.Keys(ends)) {
		n := ends[of]
		t.Logf("%-24s %4d success, %3d failed, %3d unknown", of, n[succeeded], n[failed], n[unknown])
	}
	reasons := map[string]int{}
	for _, w := range h.writes {
		if w.end == unknown {
			why, _, _ := strings.Cut(w.said[strings.LastIndex(w.said, "/")+1:], " (")
			reasons[w.tsp+": "+why]++
		}
	}
	for _, of := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("unknown %4d times: %s", reasons[of], of)
	}
	broken := map[law]int{}
	for _, v := range h.violations() {
		broken[v.law]++
		t.Errorf("%s: %s", v.law, v.what)
	}
	figures := fmt.Sprintf("%d rounds, %d writes, %d acknowledged", rounds, len(h.writes), len(h.told))
	for _, l := range laws() {
		figures += fmt.Sprintf("; %s: %d", l, broken[l])
	}
	t.Log(figures)
	if len(h.told) < 10*rounds {
		t.Errorf("only %d writes were acknowledged", len(h.told))
	}
}
