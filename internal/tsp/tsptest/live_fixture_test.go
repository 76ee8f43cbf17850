package tsptest

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// liveTest is a contract run of the reference adapter against its simulator on loopback.
type liveTest struct {
	*live
	sim simulator
	// spoil, if set, answers instead of the simulator where it returns true.
	spoil func(http.ResponseWriter, *http.Request) bool
	// waits are how long the run would have waited for the TSP to show or take something.
	waits []time.Duration
	said  []string
}

// newLiveTest prepares a run with the environment of the demo account and what is given.
func newLiveTest(t *testing.T, config Config, env map[string]string) *liveTest {
	t.Helper()
	host, err := newReferenceSimulator(simkit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	test := &liveTest{sim: simulator{&trial{ctx: context.Background(), suite: newSuite(config)}, host}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if test.spoil == nil || !test.spoil(w, r) {
			host.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		server.Close()
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	all := map[string]string{envBaseURL: server.URL, envCredentials: `{"username":"demo","password":"demo-password"}`,
		envSettings: `{"home_group":"g1","initial_password":"first-password-7"}`}
	maps.Copy(all, env)
	test.live = newLive(config, func(name string) string { return all[name] })
	quick := test.suite.spec.Limits
	for i := range quick {
		quick[i].Events *= 1000
	}
	test.pace = newStrict(quick)
	test.wait = func(_ context.Context, d time.Duration) error {
		test.waits = append(test.waits, d)
		return nil
	}
	return test
}

// run makes the whole run and returns its failures.
func (l *liveTest) run() (failures []string) {
	note := func(o outcome) outcome {
		failures = append(failures, o.Failures...)
		l.said = append(append(append(l.said, o.Failures...), o.Logs...), o.Skipped)
		return o
	}
	if o := note(l.begin()); o.Skipped != "" || len(o.Failures) > 0 {
		return failures
	}
	for _, c := range l.order() {
		note(l.try(c))
	}
	note(l.end())
	return failures
}

// text is all that the run said.
func (l *liveTest) text() string { return strings.Join(l.said, "\n") }

// must runs and demands that nothing fails.
func (l *liveTest) must(t *testing.T) {
	t.Helper()
	if failures := l.run(); len(failures) > 0 {
		t.Fatal(strings.Join(failures, "\n"))
	}
}

// names lists the names of a collection's objects by id.
func (l *liveTest) names(collection string) map[string]string {
	all := map[string]string{}
	for _, o := range l.sim.objects(collection) {
		id, _ := o["id"].(string)
		all[id], _ = o["name"].(string)
	}
	return all
}

// capability is one by kind and verb.
func capability(text string) tsp.Capability {
	for _, c := range tsp.Capabilities() {
		if c.String() == text {
			return c
		}
	}
	return tsp.Capability{}
}

// sent are the messages that the run sent: all but the seeded one.
func (l *liveTest) sent() []simkit.Object { return l.sim.objects("messages")[1:] }
