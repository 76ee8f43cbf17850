package geotab_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// purchases are n entities of a feed.
func purchases(n int, to string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`{"id":"b%d","dateTime":"2026-11-20T10:00:00.000Z","volume":1}`, i)
	}
	return `{"result":{"data":[` + strings.Join(all, ",") + `],"toVersion":"` + to + `"},"jsonrpc":"2.0"}`
}

func TestALogIsReadSinceATimeAndGoesOnBehindFullPages(t *testing.T) {
	t.Parallel()
	server := &stub{answer: func(a asked) string {
		switch {
		case strings.Contains(a.body, `"fromVersion":"0A"`):
			return purchases(1, "0B")
		case a.name == "GetFeed FuelTransaction":
			return purchases(50, "0A")
		}
		return ""
	}}
	session := server.session(t, "", nil)
	ask := tsp.List{Kind: resource.KindFuelTransaction, Since: time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), Pace: tsptest.Free{}}
	first, err := session.List(t.Context(), ask)
	if err != nil || len(first.Records) != 50 || first.Next != "0A" || !strings.Contains(server.last(), `"search":{"fromDate":"2026-11-01T06:00:00.000Z"}`) {
		t.Fatalf("%d records, then %q, %v: %s", len(first.Records), first.Next, err, server.last())
	}
	ask.Cursor = first.Next
	second, err := session.List(t.Context(), ask)
	if err != nil || len(second.Records) != 1 || second.Next != "" || strings.Contains(server.last(), "fromDate") {
		t.Errorf("%d records, then %q, %v: %s", len(second.Records), second.Next, err, server.last())
	}
}

func TestAFeedThatDoesNotGoOnIsBroken(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{purchases(50, "0A"), purchases(50, ""), `{"result":[],"jsonrpc":"2.0"}`, `{"result":{"toVersion":"0B"},"jsonrpc":"2.0"}`} {
		server := &stub{answer: func(a asked) string {
			if strings.HasPrefix(a.name, "GetFeed") {
				return answer
			}
			return ""
		}}
		_, err := server.session(t, "", nil).List(t.Context(), tsp.List{Kind: resource.KindFuelTransaction, Cursor: "0A", Pace: tsptest.Free{}})
		if e := ended(t, err); e.Class != tsp.Broken {
			t.Errorf("%.60s: %v", answer, e)
		}
	}
}
