package torture_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

// siege is a load of writes that goes on while the binary dies and comes back. Every write has an idempotency key and
// is repeated until it is answered.
type siege struct {
	t *testing.T
	// urls are those of all processes that take writes; each is sent to any of them.
	urls   []string
	client *http.Client
	// accepted is called with the URL of a process that has accepted a write, if it is there.
	accepted func(url string)
	// plain callers cancel nothing, have nothing tried and let nothing expire, which the former release has not.
	plain bool
	// over ends the load; a write that was begun is answered before.
	over <-chan struct{}

	mu    sync.Mutex
	token string
	told  map[string][]reply
	// unanswered counts writes that were given up.
	unanswered int
}

func newSiege(h *house, over <-chan struct{}, urls ...string) *siege {
	return &siege{t: h.t, urls: urls, over: over, token: h.token, told: map[string][]reply{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// side is what callers write to at one TSP: two senders, two drivers and two vehicles, by our ids.
type side struct {
	*lateTSP
	connection                 string
	senders, drivers, vehicles []string
}

// sides reads what the demo has connected and imported.
func sides(h *house, tsps []*lateTSP) (all []side) {
	h.t.Helper()
	apptest.Until(h.t, "the records of all TSPs are imported", func() bool {
		all = imported(h, tsps)
		return len(all) == len(tsps)
	})
	return all
}

// imported are the sides of the TSPs whose records are there.
func imported(h *house, tsps []*lateTSP) (all []side) {
	h.t.Helper()
	people, trucks := h.list(users, "size", "300").Items, h.list(vehicles, "size", "300").Items
	bySource := func(a, b map[string]any) int {
		return strings.Compare(object(a).text("source_id"), object(b).text("source_id"))
	}
	slices.SortFunc(people, bySource)
	slices.SortFunc(trucks, bySource)
	for _, l := range tsps {
		s := side{lateTSP: l}
		var others []string
		for _, p := range people {
			switch o := object(p); {
			case o.text("tsp_slug") != l.name:
			case o["is_driver"] == true:
				s.drivers = append(s.drivers, o.text("id"))
			default:
				others = append(others, o.text("id"))
			}
		}
		for _, v := range trucks {
			if o := object(v); o.text("tsp_slug") == l.name {
				s.vehicles, s.connection = append(s.vehicles, o.text("id")), o.text("connection_id")
			}
		}
		if len(others) < 2 {
			others = s.drivers
		}
		if len(others) < 2 || len(s.drivers) == 0 || len(s.vehicles) == 0 {
			continue
		}
		s.senders = others[len(others)-2:]
		all = append(all, s)
	}
	return all
}

// mark begins the texts and names of what is created. Updates give other names.
const mark = "late "

func ours(text string) bool { return strings.HasPrefix(text, mark) }

// begin starts all callers of a side.
func (s *siege) begin(callers *sync.WaitGroup, of side) {
	in := fmt.Sprintf(`{"connection_id":"%s",`, of.connection)
	message := func(text, from string, to string) string {
		return in + fmt.Sprintf(`"message_text":%q,"sender_id":"%s",%s}`, mark+text, from, to)
	}
	for name, write := range map[string]func(n int) (method, path, body string){
		"messages": func(n int) (string, string, string) {
			return "POST", messages, message(fmt.Sprint("single ", n), of.senders[0], `"recipient_id":"`+of.drivers[0]+`"`)
		},
		// Three of them have one text, from either sender to the same driver.
		"equal": func(n int) (string, string, string) {
			return "POST", messages, message(fmt.Sprint("equal ", n/3), of.senders[n%2], `"recipient_id":"`+of.drivers[1]+`"`)
		},
		"groups": func(n int) (string, string, string) {
			return "POST", "/v2/telematics/group-messages", message(fmt.Sprint("group ", n/2), of.senders[0],
				fmt.Sprintf(`"recipient_ids":["%s","%s"]`, of.drivers[0], of.drivers[1]))
		},
		"creates": func(n int) (string, string, string) {
			named := fmt.Sprintf(`"%s":"%snew %d","external_id":"new-%d"}`, of.nameOf, mark, n, n)
			return "POST", "/v2/telematics/" + of.creates, in + named
		},
		"first": func(n int) (string, string, string) {
			return "PATCH", vehicles + "/" + of.vehicles[0], in + fmt.Sprintf(`"vehicle_name":"first %d"}`, n)
		},
		"second": func(n int) (string, string, string) {
			return "PATCH", vehicles + "/" + of.vehicles[1], in + fmt.Sprintf(`"vehicle_name":"second %d"}`, n)
		},
	} {
		callers.Go(func() {
			for n := 0; s.wait(time.Duration(500+rand.IntN(1000)) * time.Millisecond); n++ {
				method, path, body := write(n)
				switch rand.IntN(8) {
				case 0, 1:
					path += "?is_sync=true"
				case 2:
					if !s.plain {
						path += "?expires_in=2"
					}
				}
				s.write(method, path, body, fmt.Sprint(of.name, " ", name, " ", n))
			}
		})
	}
}

// wait tells whether the load goes on after d.
func (s *siege) wait(d time.Duration) bool {
	select {
	case <-s.over:
		return false
	case <-time.After(d):
		return true
	}
}

// write repeats a write until it is answered. One that is refused before it is stored is given up after some tries.
func (s *siege) write(method, path, body, key string) {
	for refused := 0; refused < 12; {
		status, text, err := s.send(method, path, body, key)
		switch {
		case err != nil:
		case status == http.StatusAccepted, status == http.StatusOK, status == http.StatusBadGateway:
			s.note(status, text)
			if status == http.StatusAccepted && !s.plain && rand.IntN(4) == 0 {
				s.cancel(text)
			}
			if status == http.StatusAccepted && !s.plain && rand.IntN(3) == 0 {
				s.try(text)
			}
			return
		case status == http.StatusConflict, status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
			refused++
		default:
			s.t.Errorf("%s %s %s: %d %s", method, path, body, status, text)
			return
		}
		select {
		case <-s.t.Context().Done():
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unanswered++
}

func (s *siege) send(method, path, body, key string) (status int, text []byte, err error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	at := s.urls[rand.IntN(len(s.urls))]
	req, err := http.NewRequestWithContext(ctx, method, at+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	req.Header.Set("Authorization", "Bearer "+s.token)
	s.mu.Unlock()
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set(keyHeader, key)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(resp.Body)
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		s.t.Errorf("%s %s is refused without a time: %s", method, path, text)
	}
	if resp.StatusCode == http.StatusAccepted && s.accepted != nil {
		s.accepted(at)
	}
	return resp.StatusCode, text, err
}

// try has a write tried some times, whatever it waits for.
func (s *siege) try(accepted []byte) {
	op := object{}
	if err := json.Unmarshal(accepted, &op); err != nil {
		s.t.Error(err)
		return
	}
	path := "/v2/integrations/connections/" + op.text("connection_id") + "/resource-operations/" + op.text("id") + "/try"
	for range 4 {
		status, text, err := s.send("POST", path, "", "")
		switch {
		case err != nil, status == http.StatusOK, status == http.StatusConflict, status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		default:
			s.t.Errorf("trying: %d %s", status, text)
			return
		}
		select {
		case <-s.t.Context().Done():
			return
		case <-time.After(time.Duration(rand.IntN(600)) * time.Millisecond):
		}
	}
}

// cancel asks to cancel a write. One that is told to be cancelled has failed, and is never made.
func (s *siege) cancel(accepted []byte) {
	var op object
	if err := json.Unmarshal(accepted, &op); err != nil {
		return
	}
	path := "/v2/integrations/connections/" + op.text("connection_id") + "/resource-operations/" + op.text("id") + "/cancel"
	status, text, err := s.send("POST", path, "", "")
	switch {
	case err != nil:
	case status == http.StatusOK:
		s.note(status, text)
	case status != http.StatusConflict && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable:
		s.t.Errorf("cancelling: %d %s", status, text)
	}
}

// note keeps what a caller was told. Of a write that is accepted nothing but that is told.
func (s *siege) note(status int, text []byte) {
	var op object
	if err := json.Unmarshal(text, &op); err != nil || op.text("id") == "" {
		s.t.Errorf("an answer of %d names no operation: %s", status, text)
		return
	}
	r := reply{status: status}
	if status != http.StatusAccepted {
		r.end = endOf(op)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[op.text("id")] = append(s.told[op.text("id")], r)
}
