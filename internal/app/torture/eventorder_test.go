package torture_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/klauspost/compress/gzip"

	"github.com/waybill-dev/waybill/internal/api/openapi/openapitest"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
)

// moody is a receiver that fails a third of what it gets, in every way that there is but no event more
// than twice, and keeps what it took in the order in which it did.
type moody struct {
	mu     sync.Mutex
	took   []delivered
	failed map[string]int
	// calm tells that it takes everything from now on.
	calm bool
}

// delivered is what is read of a delivery.
type delivered struct {
	ID        string `json:"id"`
	EventName string `json:"event_name"`
	WebhookID string `json:"webhook_id"`
	Sequence  int    `json:"sequence"`
	Data      []struct {
		ID string `json:"id"`
	} `json:"data"`
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		return
	}
	body, err := io.ReadAll(z)
	var d delivered
	if err != nil || json.Unmarshal(body, &d) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	mood := rand.IntN(9)
	if m.calm {
		mood = 9
	}
	if mood < 3 {
		if m.failed[d.ID]++; m.failed[d.ID] > 2 {
			mood = 9
		}
	}
	switch mood {
	case 0:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 1:
		panic(http.ErrAbortHandler)
	case 2:
		m.mu.Unlock()
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		m.mu.Lock()
		w.WriteHeader(http.StatusInternalServerError)
	default:
		m.took = append(m.took, d)
		w.WriteHeader(http.StatusAccepted)
	}
}

// all returns what it took.
func (m *moody) all() []delivered {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.took)
}

// TestAnOperationsEndIsToldAfterItsBeginningThroughFaultsAndKills has a wildcard's three subscriptions at
// one URL, whose receiver fails at random, while the binary is killed under load.
func TestAnOperationsEndIsToldAfterItsBeginningThroughFaultsAndKills(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the binary some times")
	}
	t.Parallel()
	samsara := apptest.SimulatorAt(t, "samsara")
	m := &moody{failed: map[string]int{}}
	receiver := httptest.NewServer(m)
	t.Cleanup(func() { receiver.CloseClientConnections(); receiver.Close() })
	h := &house{t: t, checker: openapitest.NewChecker(t)}
	v := newVictim(h, "WAYBILL_TSP_SAMSARA_BASE_URL="+samsara, "WAYBILL_SETTLING=1s",
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.write=5000/s,messages.read=5000/s,token=9000/s,org=9000/s")
	accepted := &acceptances{ids: map[string]string{}}
	const rounds = 6
	for round := range rounds {
		v.start()
		v.ids()
		if round == 0 {
			h.token = h.tokenFor(app.DemoClient, app.DemoSecret)
			status, text := h.do("POST", "/v2/notifications/webhooks",
				fmt.Sprintf(`{"url":"%s/","event_name":"resource_operation.*"}`, receiver.URL))
			if status != http.StatusOK {
				t.Fatalf("%d %s", status, text)
			}
		}
		v.load(round, accepted)
	}
	v.start()
	// The faster the machine, the more there is to tell, to a receiver that gets little at once because it fails.
	told := func() bool { return ends(m.all()) >= len(accepted.ids) && gapIn(m.all()) == "" }
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); !told() && time.Now().Before(deadline); {
		<-tick.C
	}
	apptest.Until(t, "every operation's end is told, and no number is missing", told)
	v.kill()
	took := m.all()
	begun := map[string]bool{}
	early := 0
	for _, d := range took {
		of := d.Data[0].ID
		switch {
		case d.EventName == "resource_operation.created":
			begun[of] = true
		case !begun[of]:
			early++
		}
	}
	t.Logf("%d operations, %d deliveries, %d ends told too early", len(accepted.ids), len(took), early)
	if early > 0 {
		t.Errorf("of %d operations the ends of %d were told before their beginning", len(begun), early)
	}
}

// ends counts the operations whose end was told.
func ends(took []delivered) int {
	seen := map[string]bool{}
	for _, d := range took {
		if d.EventName != "resource_operation.created" {
			seen[d.Data[0].ID] = true
		}
	}
	return len(seen)
}

// gapIn tells of a subscription whose deliveries are not numbered from 1 without a gap, or of an event
// that has two numbers, or a number that has two events.
func gapIn(took []delivered) string {
	of := map[string]map[int]string{}
	number := map[string]int{}
	for _, d := range took {
		if of[d.WebhookID] == nil {
			of[d.WebhookID] = map[int]string{}
		}
		if id, known := of[d.WebhookID][d.Sequence]; known && id != d.ID {
			return fmt.Sprintf("number %d of %s is both %s and %s", d.Sequence, d.WebhookID, id, d.ID)
		}
		if n, known := number[d.ID]; known && n != d.Sequence {
			return fmt.Sprintf("%s is both %d and %d", d.ID, n, d.Sequence)
		}
		of[d.WebhookID][d.Sequence], number[d.ID] = d.ID, d.Sequence
	}
	for webhook, numbers := range of {
		for n := range len(numbers) {
			if numbers[n+1] == "" {
				return fmt.Sprintf("%s has %d numbers, and %d is not among them", webhook, len(numbers), n+1)
			}
		}
	}
	return ""
}
