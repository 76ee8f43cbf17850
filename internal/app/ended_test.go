package app_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAPartnerWhoseGrantHasEndedReadsNothingMoreOfTheFleetInItsFeed(t *testing.T) {
	t.Parallel()
	y := openYard(t)
	for _, name := range []string{"vehicle.*", "share_agreement.*"} {
		if a := y.by(y.good, "POST", "/v2/notifications/webhooks", `{"url":"waybill:feed","event_name":"`+name+`"}`); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.text)
		}
	}
	if made := y.connect(y.fleet, y.honest); made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
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
