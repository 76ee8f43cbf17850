package torture_test

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
)

// The bounds of what a late TSP does, in milliseconds. Waybill's settling time must be longer than the longest of them
// with the lag of lists, and than what a busy machine adds.
const (
	soonest, usual, latest = 300, 900, 3000
	listsLag               = 400
)

// plague lets every write be late from now on, and now and then up to two of them meet worse before: a line that is cut
// or a gateway's 504 at once while the write is applied later, or one that is lost.
func (l *lateTSP) plague(t *testing.T) {
	t.Helper()
	l.calm(t)
	for _, call := range l.calls {
		late := fmt.Sprintf(`"fault":"late","delay_ms":%d`, 500+rand.IntN(latest-500))
		worse := []string{late + `,"cut":true`, late + `,"status":504`, `"fault":"drop"`}[rand.IntN(3)]
		if rand.IntN(5) < 2 {
			l.ask(t, "POST", "/_sim/faults", fmt.Sprintf(`{"match":{%s},%s,"times":%d}`, call, worse, 1+rand.IntN(2)))
		}
		later := fmt.Sprintf(`{"match":{%s},"fault":"late","delay_ms":%d}`, call, soonest+rand.IntN(usual-soonest))
		l.ask(t, "POST", "/_sim/faults", later)
	}
}

// calm ends all misbehaviour but the lag of lists.
func (l *lateTSP) calm(t *testing.T) {
	t.Helper()
	l.ask(t, "DELETE", "/_sim/faults", "")
}

// ask asks the simulator's admin side for objects.
func (l *lateTSP) ask(t *testing.T, method, path, body string) []object {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, cmp.Or(l.admin, l.url)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, text, err)
	}
	var list struct {
		Items []object `json:"items"`
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &list); err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return list.Items
}
