package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
)

// readsFeed lets the partner good find events in its feed.
func (y *yard) readsFeed(event string) {
	y.t.Helper()
	if a := y.by(y.good, "POST", "/v2/notifications/webhooks",
		`{"url":"waybill:feed","event_name":"`+event+`"}`); a.status != http.StatusOK {
		y.t.Fatalf("%d %s", a.status, a.text)
	}
}

func TestAPartnerWhoseGrantHasEndedReadsNothingMoreOfTheFleetInItsFeed(t *testing.T) {
	t.Parallel()
	y := openYard(t)
	for _, name := range []string{"vehicle.*", "share_agreement.*"} {
		y.readsFeed(name)
	}
	y.connected(y.fleet, y.honest)
	read := func() string { return y.by(y.good, "GET", events+"?size=1000", "").text }
	y.until("the feed tells of vehicles", func() bool { return strings.Contains(read(), "vehicle.added") })
	if a := y.by(y.fleet, "POST", agreements+"/"+y.grantOf(y.good)+"/cancel", ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	y.until("the feed tells of the end", func() bool { return strings.Contains(read(), "share_agreement.updated") })
	if text := read(); strings.Contains(text, "vehicle.added") {
		t.Errorf("after the end the feed tells %s", text)
	}
}

func TestAPartnersConnectionBringsWhatItsGrantLetsItRead(t *testing.T) {
	t.Parallel()
	y := openYard(t)
	id := y.connected(y.bad, y.hostile)
	y.until("vehicles are imported", func() bool { return len(y.names(y.good, id)) > 0 })
	y.until("all was tried", func() bool {
		all, err := y.db.SchedulesOf(t.Context(), []uuid.UUID{uuid.MustParse(id)})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.Kind == resource.KindUser {
				return strings.Contains(s.Problem, "does not let that partner read user")
			}
		}
		return false
	})
	if a := y.by(y.good, "GET", "/v2/telematics/users?connection_id="+id, ""); a.status != http.StatusOK ||
		!strings.Contains(a.text, `"items":[]`) {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestAReadingThatWaitsDoesNotOutliveItsToken(t *testing.T) {
	t.Parallel()
	y := openYard(t)
	y.readsFeed("vehicle.*")
	ended := make(chan error, 1)
	time.AfterFunc(200*time.Millisecond, func() {
		_, err := access.NewOperator(y.db, time.Now).EndTokens(t.Context(), "good")
		ended <- err
	})
	if a := y.by(y.good, "GET", events+"?wait=2", ""); a.status != http.StatusUnauthorized {
		t.Errorf("%d %s", a.status, a.text)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
