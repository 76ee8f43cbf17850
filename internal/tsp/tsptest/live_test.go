package tsptest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestAContractRunWritesRecordsOfItsOwnAndLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	seeded := l.sim.objects("vehicles")
	known := l.names("users")
	l.must(t)

	vehicles := l.sim.objects("vehicles")
	if diff := cmp.Diff(seeded, vehicles[:len(seeded)]); diff != "" {
		t.Errorf("vehicles that were there before changed:\n%s", diff)
	}
	own := vehicles[len(seeded):]
	if len(own) != 2 {
		t.Fatalf("the run made %d vehicles, want 2", len(own))
	}
	// Creates are numbered 1 and 2; two users stand between them and their updates.
	for i, want := range []string{l.tag().title() + " 5", l.tag().title() + " 6"} {
		if own[i]["name"] != want {
			t.Errorf("a vehicle is called %v, want %q as the update left it", own[i]["name"], want)
		}
	}
	for _, m := range l.sent() {
		to, _ := m["to"].(string)
		if _, before := known[to]; before {
			t.Errorf("a message went to %s, who was there before", to)
		}
		if text, _ := m["text"].(string); !strings.HasPrefix(text, "waybill contract ") {
			t.Errorf("nobody can tell where the message %q comes from", text)
		}
	}
	for _, o := range own {
		if id, _ := o["id"].(string); !strings.Contains(l.text(), "vehicles "+id) {
			t.Errorf("the run does not tell that it leaves %s behind", id)
		}
	}
}

func TestAContractRunSaysBeforeItWritesThatItLeavesRecordsBehind(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	o := l.begin()
	if len(o.Failures) > 0 || !strings.Contains(strings.Join(o.Logs, "\n"), "LEAVES RECORDS BEHIND") {
		t.Errorf("%+v", o)
	}
	if n := len(l.sim.objects("vehicles")); n != 5 {
		t.Errorf("there are %d vehicles before the first write", n)
	}
}

func TestACreateComesBeforeTheUpdateAndTheMessageThatNeedIt(t *testing.T) {
	t.Parallel()
	var got []string
	for _, c := range newLiveTest(t, referenceConfig(""), nil).order() {
		got = append(got, c.String())
	}
	want := []string{"create vehicle", "create user", "update vehicle", "create message", "create group_message"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutASettingThatItNeedsAWriteIsSkippedAndSoIsWhatDependsOnIt(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), map[string]string{envSettings: ""})
	l.must(t)
	for _, want := range []string{"new users need a group", "create message needs sender_id", `{"sender_id":["..."]}`} {
		if !strings.Contains(l.text(), want) {
			t.Errorf("nothing says %q:\n%s", want, l.text())
		}
	}
	if n := len(l.sent()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestRecordsThatTheEnvironmentNamesAreWrittenToAndNoOthers(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), map[string]string{envSettings: "",
		envSources: `{"recipient_id":["u101"],"update vehicle":["v102"]}`})
	before := l.names("vehicles")
	l.must(t)
	for _, m := range l.sent() {
		if m["to"] != "u101" {
			t.Errorf("a message went to %v", m["to"])
		}
	}
	var changed []string
	after := l.names("vehicles")
	for id, name := range before {
		if after[id] != name {
			changed = append(changed, id)
		}
	}
	if !slices.Equal(changed, []string{"v102"}) {
		t.Errorf("changed were %v", changed)
	}
}

func TestARecordThatShowsLateIsWaitedFor(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	lists := 0
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || r.URL.Path != "/vehicles" {
			return false
		}
		if lists++; lists > 2 {
			return false
		}
		tell(w, http.StatusOK, simkit.Object{"items": []any{}, "next": ""})
		return true
	}
	l.must(t)
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second}, l.waits); diff != "" {
		t.Error(diff)
	}
}

func TestARecordThatNeverShowsFails(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(inventsIDs), nil)
	if failures := strings.Join(l.run(), "\n"); !strings.Contains(failures, "is not listed") {
		t.Error(failures)
	}
	if len(l.waits) > 60 {
		t.Errorf("the run waits %d times", len(l.waits))
	}
}

func TestARecordThatCannotBeReadBackBecauseListsFailIsAFailure(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		refused := r.Method == http.MethodGet && r.URL.Path == "/vehicles"
		if refused {
			tell(w, http.StatusForbidden, simkit.Object{"error": "no right to read"})
		}
		return refused
	}
	if failures := strings.Join(l.run(), "\n"); !strings.Contains(failures, "listing vehicle records") {
		t.Errorf("nobody minds that nothing reads back: %q", failures)
	}
}

func TestWhatAWriteThatFailedHalfwayLeftBehindIsTold(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	l.begin()
	l.try(capability("create user"))
	sent := 0
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.URL.Path != "/messages" {
			return false
		}
		if sent++; sent == 1 {
			return false
		}
		tell(w, http.StatusUnprocessableEntity, simkit.Object{"error": "no room"})
		return true
	}
	o := l.try(capability("create group_message"))
	to := string(l.made[resource.KindUser][0].SourceID)
	if failures := strings.Join(o.Failures, "\n"); !strings.Contains(failures, ":"+to+`" WAS TAKEN`) {
		t.Errorf("the failure does not tell of %s: %q", to, failures)
	}
	if line := l.summary[len(l.summary)-1]; !strings.Contains(line, ":"+to) {
		t.Errorf("the summary does not tell of %s: %s", to, line)
	}
}

func TestAWriteThatIsPutOffIsTriedAgainWhenTheTSPSays(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	first := true
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.URL.Path != "/vehicles" || !first {
			return false
		}
		first = false
		w.Header().Set("Retry-After", "7")
		tell(w, http.StatusTooManyRequests, simkit.Object{"error": "slow down"})
		return true
	}
	l.must(t)
	if diff := cmp.Diff([]time.Duration{7 * time.Second}, l.waits); diff != "" {
		t.Error(diff)
	}
}

func TestAMessageThatCannotBeFoundAgainFails(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/messages/search" {
			return false
		}
		tell(w, http.StatusOK, simkit.Object{"items": []any{}})
		return true
	}
	if failures := strings.Join(l.run(), "\n"); !strings.Contains(failures, "it would be sent twice") {
		t.Error(failures)
	}
}

func TestAWriteThatIsRefusedFailsAndTheRunGoesOn(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		refused := r.Method == http.MethodPost && r.URL.Path == "/vehicles"
		if refused {
			tell(w, http.StatusUnprocessableEntity, simkit.Object{"error": "no room"})
		}
		return refused
	}
	failures := l.run()
	if len(failures) != 2 || !strings.Contains(failures[0], "no room") {
		t.Errorf("%q", failures)
	}
	if n := len(l.names("users")); n != 7 {
		t.Errorf("there are %d users, want the 5 of before and 2", n)
	}
}

func TestACallIsMadeOnlyAtThePaceOfTheSpec(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	l.sim.must(http.MethodPost, "/_sim/limits", `{"enabled":true}`)
	l.pace = newStrict(l.suite.config.New().Spec().Limits)
	throttled := 0
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		answer := httptest.NewRecorder()
		l.sim.host.ServeHTTP(answer, r)
		if answer.Code == http.StatusTooManyRequests {
			throttled++
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		return true
	}
	l.must(t)
	if throttled > 0 {
		t.Errorf("%d calls were throttled", throttled)
	}
}

func TestADeviceIsNeverNamed(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), nil)
	o := l.hold(capability("create vehicle"), func(t *trial) {
		f := t.form(t.suite.settings())
		for _, d := range []draft{l.full(f, nil), f.few()} {
			for name, value := range d {
				if strings.HasPrefix(name, "eld_") {
					t.errorf("%s is given as %s", name, value)
				}
			}
		}
	})
	if len(o.Failures) > 0 {
		t.Error(o.Failures)
	}
}

func TestTheFirstTitleThatFitsIsTaken(t *testing.T) {
	t.Parallel()
	config := referenceConfig("")
	l := newLive(config, func(string) string { return "" })
	l.began = aTag(0).began
	o := l.hold(capability("create vehicle"), func(t *trial) {
		f := t.form(t.suite.settings())
		for most, want := range map[int]string{40: "waybill contract 20261125-101233 ", 30: "waybill 20261125-101233 ", 12: "wb"} {
			f.action.Uses["vehicle_name"] = f.action.Uses["vehicle_name"].Length(1, most)
			if got := unquoted(l.tagged(f, draft{"vehicle_name": `"x"`})["vehicle_name"]); !strings.HasPrefix(got, want) {
				t.errorf("of %d characters: %q", most, got)
			}
		}
	})
	if len(o.Failures) > 0 {
		t.Error(o.Failures)
	}
}
