package traccar_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// tracker is a device of a yard. Its last position is as many minutes old as it says.
type tracker struct {
	protocol string
	age      int
	signedIn string
	drivers  []int
	// unlinked devices are in no list of positions, and purged ones have lost theirs.
	unlinked, purged bool
}

// yard is a server with any number of devices, of which the first has the id 1. Only those of the
// protocol watch show texts. The driver n has the uniqueId D-n; there are 9.
type yard struct {
	mu       sync.Mutex
	trackers []tracker
	asked    []string
	sent     []string
}

func (y *yard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.asked = append(y.asked, r.Method+" "+r.URL.Path)
	q := r.URL.Query()
	device, _ := strconv.Atoi(q.Get("deviceId"))
	var out any
	switch path := r.URL.Path; {
	case r.Method == http.MethodPost:
		var c map[string]any
		_ = json.NewDecoder(r.Body).Decode(&c)
		y.sent = append(y.sent, fmt.Sprint(c["deviceId"]))
		out = c
	case path == "/api/devices":
		out = y.listed(func(n int, t tracker) any {
			return map[string]any{"id": n, "positionId": 1000 + n, "name": "T", "attributes": map[string]any{}}
		})
	case path == "/api/positions" && q.Has("id"):
		if slices.ContainsFunc(q["id"], func(id string) bool { n, _ := strconv.Atoi(id); return y.trackers[n-1001].purged }) {
			http.Error(w, "java.lang.NullPointerException: gone", http.StatusBadRequest)
			return
		}
		out = y.listed(func(n int, t tracker) any {
			if !slices.Contains(q["id"], strconv.Itoa(1000+n)) {
				return nil
			}
			return t.position(n)
		})
	case path == "/api/positions":
		out = y.listed(func(n int, t tracker) any {
			if t.unlinked || device != 0 && device != n {
				return nil
			}
			return t.position(n)
		})
	case path == "/api/commands/types":
		out = []map[string]string{{"type": map[bool]string{true: "message", false: "custom"}[y.trackers[device-1].protocol == "watch"]}}
	case path == "/api/drivers":
		all := []any{}
		for _, n := range y.trackers[device-1].drivers {
			all = append(all, map[string]any{"id": n, "uniqueId": fmt.Sprint("D-", n)})
		}
		out = all
	default:
		n, _ := strconv.Atoi(strings.TrimPrefix(path, "/api/drivers/"))
		if n < 1 || n > 9 {
			http.Error(w, "", http.StatusNotFound)
			return
		}
		out = map[string]any{"id": n, "uniqueId": fmt.Sprint("D-", n)}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (y *yard) listed(show func(n int, t tracker) any) []any {
	all := []any{}
	for i, t := range y.trackers {
		if one := show(i+1, t); one != nil {
			all = append(all, one)
		}
	}
	return all
}

func (t tracker) position(n int) any {
	attributes := map[string]any{}
	if t.signedIn != "" {
		attributes["driverUniqueId"] = t.signedIn
	}
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Add(-time.Duration(t.age) * time.Minute)
	return map[string]any{"deviceId": n, "protocol": t.protocol, "serverTime": at.Format("2006-01-02T15:04:05.000-07:00"), "attributes": attributes}
}

// open serves the yard and connects to it.
func (y *yard) open(t *testing.T) tsp.Session {
	t.Helper()
	h := httptest.NewServer(y)
	t.Cleanup(h.Close)
	return session(t, token(h.URL))
}

// costs are the calls since it was asked last.
func (y *yard) costs() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	n := len(y.asked)
	y.asked = nil
	return n
}

// messageTo writes a message to drivers: of one, or to a group of several.
func messageTo(t *testing.T, s tsp.Session, to ...resource.SourceID) (tsp.Written, error) {
	t.Helper()
	id := uuid.NewString()
	c, field, member := tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}, "recipient_id", `"`+id+`"`
	if len(to) > 1 {
		c.Kind, field, member = resource.KindGroupMessage, "recipient_ids", `["`+id+`"]`
	}
	w := writing(t, c, `"sender_id":"`+id+`","`+field+`":`+member+`,"message_text":"Dock 7"`)
	w.Refs, w.Pace = resource.Refs{field: to}, tsptest.Free{}
	return s.Write(t.Context(), w)
}

func watches(n int) []tracker {
	all := make([]tracker, n)
	for i := range all {
		all[i] = tracker{protocol: "watch", age: i}
	}
	return all
}
