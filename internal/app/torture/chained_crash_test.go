package torture_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
)

// chainRounds is how often the binary is killed among chains.
const chainRounds = 6

// hiring is a driver who is created, and what is written to and of them by the id of that operation, or by their own.
type hiring struct {
	username, driver string
	// texts are those of the messages that were accepted, by their operations, in the order of their acceptance.
	texts, ops []string
}

// TestChainsHoldWhenTheBinaryIsKilled kills the real binary again and again while drivers are made and written to before
// they are there, at a TSP that is late, loses lines and forgets. Then it holds what the operations say against what
// the simulator has.
func TestChainsHoldWhenTheBinaryIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	samsara := lateTSPs()[0]
	samsara.open(t)
	h := &house{t: t, checker: openapitest.NewChecker(t)}
	v := newVictim(h, append(samsara.env(), "WAYBILL_SETTLING="+lateSettling)...)
	v.start()
	h.authorize()
	of := sides(h, []*lateTSP{samsara})[0]
	over, callers := make(chan struct{}), sync.WaitGroup{}
	s := newSiege(h, over, h.url)
	all := s.hires(&callers, of)
	for range chainRounds {
		v.amid([]*lateTSP{samsara}, time.Duration(500+rand.IntN(2500))*time.Millisecond)
		v.start()
	}
	close(over)
	samsara.calm(t)
	callers.Wait()
	h.authorize()
	h.judge(samsara, all())
	v.kill()
}

// hires starts callers who hire until the load is over, and returns what tells whom they have.
func (s *siege) hires(callers *sync.WaitGroup, of side) func() []*hiring {
	var mu sync.Mutex
	var all []*hiring
	for caller := range 3 {
		callers.Go(func() {
			for n := 0; s.wait(time.Duration(100+rand.IntN(300)) * time.Millisecond); n++ {
				one := &hiring{username: fmt.Sprintf("hired-%d-%d", caller, n)}
				s.hire(of, one)
				mu.Lock()
				all = append(all, one)
				mu.Unlock()
			}
		})
	}
	return func() []*hiring {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// hire makes a driver and writes to them at once, and once more when they may be there.
func (s *siege) hire(of side, one *hiring) {
	in := fmt.Sprintf(`{"connection_id":"%s",`, of.connection)
	one.driver = s.accepts("POST", users, in+fmt.Sprintf(`"username":%q,"first_name":"A","last_name":"B","is_driver":true}`,
		one.username), one.username)
	message := func(to string) {
		text := fmt.Sprintf("%s %d", one.username, len(one.texts))
		query := []string{"", "", "", "?expires_in=2"}[rand.IntN(4)]
		if id := s.accepts("POST", messages+query, in+fmt.Sprintf(`"message_text":%q,"sender_id":"%s","recipient_id":"%s"}`,
			text, of.senders[0], to), text); id != "" {
			one.texts, one.ops = append(one.texts, text), append(one.ops, id)
		}
	}
	for range 3 {
		message(one.driver)
	}
	if rand.IntN(6) == 0 {
		s.cancel(fmt.Appendf(nil, `{"connection_id":%q,"id":%q}`, of.connection, one.driver))
	}
	path := "/v2/integrations/connections/" + of.connection + "/resource-operations/" + one.driver
	for range 10 {
		var op object
		if status, text, err := s.send("GET", path, "", ""); err == nil && status == http.StatusOK &&
			json.Unmarshal(text, &op) == nil && op.text("resource_id") != "" {
			message(op.text("resource_id"))
			break
		}
		if !s.wait(200 * time.Millisecond) {
			break
		}
	}
	message(one.driver)
}

// accepts repeats a write until it is accepted, and returns its operation; "" if it is refused.
func (s *siege) accepts(method, path, body, key string) string {
	for {
		status, text, err := s.send(method, path, body, key)
		var op object
		switch {
		case err == nil && status == http.StatusAccepted && json.Unmarshal(text, &op) == nil:
			return op.text("id")
		case err == nil && status == http.StatusUnprocessableEntity:
			return ""
		case err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests:
			s.t.Errorf("%s %s %s: %d %s", method, path, body, status, text)
			return ""
		}
		select {
		case <-s.t.Context().Done():
			return ""
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// judge holds all that was hired against what the simulator has.
func (h *house) judge(by *lateTSP, all []*hiring) {
	h.t.Helper()
	ops := h.allEnded()
	drivers, sent := map[string][]string{}, map[string][]string{}
	for _, o := range by.ask(h.t, "GET", "/_sim/objects/drivers", "") {
		drivers[o.text("username")] = append(drivers[o.text("username")], o.text("id"))
	}
	var order []string
	for _, o := range by.ask(h.t, "GET", "/_sim/objects/messages", "") {
		sent[o.text("text")] = append(sent[o.text("text")], o.text("driverId"))
		order = append(order, o.text("text"))
	}
	ends := map[end]int{}
	for _, one := range all {
		driver := ops[one.driver]
		made := endOf(driver)
		ends[made]++
		if n := len(drivers[one.username]); made == succeeded && n != 1 || made == failed && n != 0 || n > 1 {
			h.t.Errorf("%s, which is %s, was made %d times: %s", one.username, made, n, saidOf(driver))
		}
		last := -1
		for i, text := range one.texts {
			op := ops[one.ops[i]]
			as, to := endOf(op), sent[text]
			switch {
			case as == succeeded && (len(to) != 1 || to[0] != driver.text("source_id")):
				h.t.Errorf("%q succeeded and is with %v, not with %q", text, to, driver.text("source_id"))
			case as == failed && len(to) > 0, len(to) > 1:
				h.t.Errorf("%q is %s, and with %v: %s", text, as, to, saidOf(op))
			case made != succeeded && (as != failed || op.text("reason") == ""):
				h.t.Errorf("%q is %s for %q although its driver is %s: %s", text, as, op.text("reason"), made, saidOf(op))
			}
			if at := slices.Index(order, text); as == succeeded {
				if at < last {
					h.t.Errorf("%q came before what was accepted before it", text)
				}
				last = at
			}
		}
	}
	h.t.Logf("%d drivers: %v", len(all), ends)
	if len(all) < chainRounds || ends[succeeded] == 0 {
		h.t.Errorf("%d drivers were hired", len(all))
	}
}

// allEnded returns all operations once they have ended, by their ids.
func (h *house) allEnded() map[string]object {
	h.t.Helper()
	ops := map[string]object{}
	for deadline := time.Now().Add(3 * time.Minute); ; <-time.After(200 * time.Millisecond) {
		left := 0
		for query := []string{"size", "500"}; ; {
			page := h.list(operations, query...)
			for _, op := range page.Items {
				ops[object(op).text("id")] = op
				if object(op).text("status") == "pending" {
					left++
				}
			}
			if query = []string{"size", "500", "cursor", page.Next}; page.Next == "" {
				break
			}
		}
		if left == 0 {
			return ops
		}
		if time.Now().After(deadline) {
			var waits []string
			for _, op := range ops {
				if op.text("status") == "pending" {
					waits = append(waits, fmt.Sprint(op["progress"]))
				}
			}
			h.t.Fatalf("%d operations never ended: %s", left, strings.Join(waits, "\n"))
		}
	}
}
