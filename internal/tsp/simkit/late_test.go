package simkit_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// bubble is a simulator without a network, whose clock is that of the test's bubble.
type bubble struct {
	t    *testing.T
	host *simkit.Host
}

func inBubble(t *testing.T, f func(t *testing.T, b bubble)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		host, err := simkit.New(simkit.Options{}, definition())
		if err != nil {
			t.Fatal(err)
		}
		f(t, bubble{t, host})
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
}

// ask answers a request; status 0 is a connection that was cut.
func (b bubble) ask(ctx context.Context, method, path, body string) (status int, answer *httptest.ResponseRecorder) {
	answer = httptest.NewRecorder()
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(r)
			}
			status = 0
		}
	}()
	b.host.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body)))
	return answer.Code, answer
}

func (b bubble) do(method, path, body string) int {
	status, _ := b.ask(b.t.Context(), method, path, body)
	return status
}

// shown is how many things a reader sees, and there is how many there are.
func (b bubble) shown() string {
	_, answer := b.ask(b.t.Context(), "GET", "/things", "")
	return answer.Body.String()
}

func (b bubble) there() (n int) {
	_ = b.host.Store.View(func(tx *simkit.Tx) error {
		n = len(tx.Items("things"))
		return nil
	})
	return n
}

func TestALateRequestIsAppliedWhateverBecomesOfItsCaller(t *testing.T) {
	for _, c := range []struct {
		name, fault string
		patience    time.Duration
		status      int
		after       time.Duration
	}{
		{"the caller waits for the answer", `{"fault":"late","delay_ms":800}`, time.Minute, 201, 800 * time.Millisecond},
		{"the caller gives up", `{"fault":"late","delay_ms":800}`, 300 * time.Millisecond, 0, 300 * time.Millisecond},
		{"the line is cut at once", `{"fault":"late","delay_ms":800,"cut":true}`, time.Minute, 0, 0},
		{"a gateway answers at once", `{"fault":"late","delay_ms":800,"status":504}`, time.Minute, 504, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b bubble) {
				b.do("POST", "/_sim/faults", c.fault)
				ctx, giveUp := context.WithTimeout(t.Context(), c.patience)
				defer giveUp()
				began := time.Now()
				if status, _ := b.ask(ctx, "POST", "/things", `{"name":"a"}`); status != c.status || time.Since(began) != c.after {
					t.Errorf("the answer is %d after %v, want %d after %v", status, time.Since(began), c.status, c.after)
				}
				time.Sleep(799*time.Millisecond - time.Since(began))
				synctest.Wait()
				if c.after < 800*time.Millisecond && b.there() != 1 {
					t.Error("it is applied before its time")
				}
				time.Sleep(2 * time.Millisecond)
				synctest.Wait()
				_, log := b.ask(t.Context(), "GET", "/_sim/requests", "")
				if b.there() != 2 || !strings.Contains(log.Body.String(), `"applied_status":201`) {
					t.Errorf("there are %d things, want 2; %s", b.there(), log.Body)
				}
			})
		})
	}
}

func TestALateRequestIsDroppedByCloseAndReset(t *testing.T) {
	inBubble(t, func(t *testing.T, b bubble) {
		b.do("POST", "/_sim/faults", `{"fault":"late","delay_ms":800,"cut":true}`)
		b.do("POST", "/things", `{"name":"a"}`)
		b.do("POST", "/_sim/reset", "")
		time.Sleep(time.Second)
		synctest.Wait()
		if b.there() != 1 {
			t.Errorf("after a reset there are %d things, want 1", b.there())
		}
		b.do("POST", "/_sim/faults", `{"fault":"late","delay_ms":800}`)
		waiting := make(chan int)
		go func() { waiting <- b.do("POST", "/things", `{"name":"a"}`) }()
		synctest.Wait()
		if err := b.host.Close(); err != nil {
			t.Error(err)
		}
		if status := <-waiting; status != 0 {
			t.Errorf("when the simulator closes, who waits for a late answer gets %d", status)
		}
		if status := b.do("POST", "/things", `{"name":"b"}`); status != 0 {
			t.Errorf("behind the close the answer is %d", status)
		}
	})
}

func TestListsLagWhileWhatMustBeUniqueIsKnownAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b bubble) {
		b.do("POST", "/things", `{"name":"a"}`)
		b.do("POST", "/_sim/lag", `{"delay_ms":2000}`)
		b.do("POST", "/things", `{"name":"b"}`)
		time.Sleep(1500 * time.Millisecond)
		b.do("POST", "/things", `{"name":"c"}`)
		if got := b.shown(); got != "2" {
			t.Errorf("at once readers see %s things, want those from before the lag", got)
		}
		if status := b.do("POST", "/things", `{"name":"b"}`); status != http.StatusConflict {
			t.Errorf("a name that is taken answers %d", status)
		}
		time.Sleep(500 * time.Millisecond)
		if got := b.shown(); got != "3" || b.there() != 4 {
			t.Errorf("after two seconds readers see %s of %d things, want 3 of 4", got, b.there())
		}
		b.do("POST", "/_sim/clock", `{"advance_ms":1500}`)
		if got := b.shown(); got != "4" {
			t.Errorf("after the lag readers see %s things", got)
		}
		b.do("POST", "/things", `{"name":"d"}`)
		b.do("POST", "/_sim/lag", `{"delay_ms":0}`)
		if got := b.shown(); got != "5" {
			t.Errorf("without a lag readers see %s things", got)
		}
	})
}

func TestWhatIsChangedOrRemovedIsShownAsItWasWhileListsLag(t *testing.T) {
	inBubble(t, func(t *testing.T, b bubble) {
		names := func() (all []string) {
			_ = b.host.Store.Shown(func(tx *simkit.Tx) error {
				for _, i := range tx.Items("things") {
					all = append(all, simkit.Text(i.Object, "name"))
				}
				_, _, taken := tx.Owner("name seeded")
				if !taken {
					all = append(all, "nobody has the name")
				}
				return nil
			})
			return all
		}
		b.host.Store.Lag(time.Second)
		update(t, b.host, func(tx *simkit.Tx) error {
			return tx.Put("things", "1", simkit.Object{"name": "new"}, "name new")
		})
		update(t, b.host, func(tx *simkit.Tx) error {
			tx.Delete("things", "1")
			return nil
		})
		if got := strings.Join(names(), ", "); got != "seeded" {
			t.Errorf("at once readers see %s", got)
		}
		time.Sleep(time.Second)
		if got := strings.Join(names(), ", "); got != "nobody has the name" {
			t.Errorf("after the lag readers see %s", got)
		}
	})
}

func TestAnAnswerIsDatedByTheSimulatorsClock(t *testing.T) {
	t.Parallel()
	sim := start(t, simkit.Options{Now: noon})
	sim.Admin("POST", "clock", `{"advance_ms":-600000}`)
	for _, fault := range []string{"", `{"fault":"status","status":503,"times":1}`, `{"fault":"malformed","times":1}`} {
		if fault != "" {
			sim.Fault(fault)
		}
		if got := sim.Do("GET", "/things", "").Header.Get("Date"); got != "Tue, 24 Nov 2026 11:50:00 GMT" {
			t.Errorf("with the fault %s the answer is dated %s", fault, got)
		}
	}
}
