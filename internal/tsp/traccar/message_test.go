package traccar_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

func TestAMessageGoesToTheDriversDeviceOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	url := served(t)
	admin := session(t, basic(url, "demo-service@waybill.example", "traccar-demo-password"))
	for driver, want := range map[resource.SourceID]string{"1": "", "3": "queued until the device reports"} {
		out, err := messageTo(t, admin, driver)
		if err != nil || out.Note != want || out.SourceID != "" {
			t.Errorf("driver %s: %+v, %v", driver, out, err)
		}
		if pending := out.Record != nil && string(out.Record.Fields) == `{"status":"pending"}`; pending != (want != "") {
			t.Errorf("driver %s: what is known of the message is %+v", driver, out.Record)
		}
	}
	// What a device does not show the server would queue if it is not connected, and throw away later.
	for driver, want := range map[resource.SourceID]string{
		"4": "3 of its 7 devices do; Traccar shows texts only on devices whose protocol has the command message",
		"5": "linked to no device that shows texts", "6": "linked to no device", "66": "has no driver", "x": "has no driver",
	} {
		if _, err := messageTo(t, admin, driver); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("driver %s: %v", driver, err)
		}
	}
}

func TestWhoIsLinkedToADriverNeedNotBeAnAdministrator(t *testing.T) {
	t.Parallel()
	url := served(t)
	dispatcher := session(t, basic(url, "dispatcher@waybill.example", "traccar-dispatcher-password"))
	_, err := messageTo(t, dispatcher, "1")
	if e, ok := err.(*tsp.Error); !ok || e.Class != tsp.Forbidden || !strings.Contains(e.Message, "must be an administrator or linked") {
		t.Errorf("not linked: %v", err)
	}
	link(t, url, `{"userId":2,"driverId":1}`)
	if _, err := messageTo(t, session(t, basic(url, "dispatcher@waybill.example", "traccar-dispatcher-password")), "1"); err != nil {
		t.Errorf("linked: %v", err)
	}
}

// link makes a link in a simulator.
func link(t *testing.T, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/permissions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer traccar-demo-token")
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", answer, err)
	}
	_ = answer.Body.Close()
}

func TestOfAThousandTrackersOnlyThoseThatShowTextsAreAsked(t *testing.T) {
	t.Parallel()
	y := &yard{trackers: make([]tracker, 1000)}
	for i := range y.trackers {
		y.trackers[i] = tracker{protocol: []string{"teltonika", "osmand", "queclink"}[i%3], drivers: []int{2}}
	}
	y.trackers[700] = tracker{protocol: "watch", drivers: []int{1}}
	s := y.open(t)
	if _, err := messageTo(t, s, "1"); err != nil || !slices.Equal(y.sent, []string{"701"}) || y.costs() > 10 {
		t.Errorf("the first message went to %v, %v", y.sent, err)
	}
	for range 5 {
		if _, err := messageTo(t, s, "1"); err != nil {
			t.Error(err)
		}
	}
	if n := y.costs(); n > 15 {
		t.Errorf("five more messages cost %d calls", n)
	}
	if _, err := messageTo(t, s, "2"); err == nil || !strings.Contains(err.Error(), "1 of its 1000 devices do") {
		t.Errorf("a driver of other trackers: %v", err)
	}
}

func TestALookUpAmongAThousandWatchesIsBoundedAndGoesOn(t *testing.T) {
	t.Parallel()
	y := &yard{trackers: watches(1000)}
	y.trackers[950].drivers = []int{1}
	s := y.open(t)
	tries := 0
	for ; tries < 20; tries++ {
		_, err := messageTo(t, s, "1")
		if n := y.costs(); n > 110 {
			t.Errorf("attempt %d cost %d calls", tries, n)
		}
		if err == nil {
			break
		}
		if e, ok := err.(*tsp.Error); !ok || e.Class != tsp.Unavailable || !strings.Contains(e.Message, "100 devices of 1000 were asked") {
			t.Fatalf("attempt %d: %v", tries, err)
		}
	}
	if tries != 9 || !slices.Equal(y.sent, []string{"951"}) {
		t.Errorf("%d attempts before it was sent to %v", tries, y.sent)
	}
	if _, err := messageTo(t, s, "1"); err != nil || y.costs() > 3 {
		t.Errorf("the next message: %v", err)
	}
}

func TestOfSeveralDevicesTheLikelyOneShowsAMessage(t *testing.T) {
	t.Parallel()
	mine := []int{1}
	for name, c := range map[string]struct {
		trackers []tracker
		want     string
	}{
		"the one that reported last":                        {[]tracker{{protocol: "watch", age: 9, drivers: mine}, {protocol: "watch", age: 3, drivers: mine}, {protocol: "osmand", drivers: mine}}, "2"},
		"the one where the driver signed in":                {[]tracker{{protocol: "watch", drivers: mine}, {protocol: "watch", age: 3, signedIn: "D-1"}, {protocol: "watch", age: 5, signedIn: "D-1"}}, "2"},
		"a linked one where the driver signed in elsewhere": {[]tracker{{protocol: "watch", age: 9, drivers: mine}, {protocol: "osmand", signedIn: "D-1"}}, "1"},
		"one that is not linked to the caller":              {[]tracker{{protocol: "osmand"}, {protocol: "osmand", unlinked: true, purged: true}, {protocol: "watch", unlinked: true, drivers: mine}}, "3"},
	} {
		y := &yard{trackers: c.trackers}
		if _, err := messageTo(t, y.open(t), "1"); err != nil || !slices.Equal(y.sent, []string{c.want}) {
			t.Errorf("%s: sent to %v, %v", name, y.sent, err)
		}
	}
}

func TestADeviceThatTheDriverHasGivenBackGetsNoMessage(t *testing.T) {
	t.Parallel()
	y := &yard{trackers: watches(3)}
	y.trackers[0].drivers = []int{1}
	s := y.open(t)
	_, first := messageTo(t, s, "1")
	y.trackers[0].drivers, y.trackers[2].drivers = []int{2}, []int{1}
	_, second := messageTo(t, s, "1")
	y.trackers[2].protocol = "osmand"
	_, third := messageTo(t, s, "1")
	if first != nil || second != nil || !slices.Equal(y.sent, []string{"1", "3"}) {
		t.Errorf("sent to %v, %v, %v", y.sent, first, second)
	}
	if third == nil || !strings.Contains(third.Error(), "the driver's device 3 shows no texts") {
		t.Errorf("a device that reports by another protocol: %v", third)
	}
}

func TestADeviceThatSomebodyElseHasSignedInOnGetsNoMessage(t *testing.T) {
	t.Parallel()
	y := &yard{trackers: watches(3)}
	y.trackers[0].signedIn, y.trackers[1].signedIn, y.trackers[2].drivers = "D-1", "D-1", []int{1}
	s := y.open(t)
	for _, signedIn := range []string{"D-1", "D-2", ""} {
		y.trackers[0].signedIn = signedIn
		if signedIn == "" {
			y.trackers[1].signedIn = ""
		}
		if _, err := messageTo(t, s, "1"); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(y.sent, []string{"1", "2", "3"}) {
		t.Errorf("sent to %v", y.sent)
	}
}

func TestAGroupMessageIsPendingWhereAnyOfItIsQueuedAndSaysWhoGetsNone(t *testing.T) {
	t.Parallel()
	url := served(t)
	s := session(t, token(url))
	out, err := messageTo(t, s, "3", "1", "3")
	if err != nil || out.Record == nil || string(out.Record.Fields) != `{"status":"pending"}` || len(out.Parts) != 2 {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = messageTo(t, s, "1", "2")
	if err != nil || out.Record != nil {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = messageTo(t, s, "1", "6", "2")
	e, ok := err.(*tsp.Error)
	if !ok || len(e.Parts) != 3 || e.Parts[1].Class != tsp.Rejected || e.Parts[2].Class != tsp.Done {
		t.Errorf("%+v", err)
	}
}

func TestAServerThatIsTooOldIsRefusedAndOthersAreNot(t *testing.T) {
	t.Parallel()
	for version, refused := range map[string]bool{
		`"6.6"`: true, `"5.12"`: true, `"4.15"`: true, `"6.7.0"`: false, `"6.12.2"`: false, `"6.14.5"`: false, `"7.0"`: false, `null`: false, `"unspecified"`: false,
	} {
		s := answering(t, map[string]string{"GET /api/devices": "[]", "GET /api/server": `{"version":` + version + `}`})
		_, err := session(t, token(s.url)).Check(t.Context(), tsptest.Free{})
		if (err != nil) != refused || refused && !strings.Contains(err.Error(), "speaks to 6.7.0 and later: update the server") {
			t.Errorf("%s: %v", version, err)
		}
	}
}
