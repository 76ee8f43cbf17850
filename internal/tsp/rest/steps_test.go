package rest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

var createVehicle = tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}

// notes are the marks of one operation.
type notes struct {
	mu    sync.Mutex
	steps []tsp.Step
	log   []string
}

func (n *notes) Steps() []tsp.Step {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.steps)
}

func (n *notes) Mark(_ context.Context, s tsp.Step) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log = append(n.log, fmt.Sprintf("mark %s %v %s", s.Key, s.Done, s.SourceID))
	n.steps = append(slices.DeleteFunc(n.steps, func(known tsp.Step) bool { return known.Key == s.Key }), s)
	return nil
}

// yard makes vehicles and records, among the marks, what it is asked.
type yard struct {
	notes
	fail map[string]int
}

func (y *yard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := r.Method + " " + r.URL.RequestURI()
	y.mu.Lock()
	y.log = append(y.log, strings.TrimSpace(call+" "+string(body)))
	status := y.fail[call]
	y.mu.Unlock()
	if status != 0 {
		answer(status, "no")(w, r)
		return
	}
	answer(200, `{"id":"v 1"}`)(w, r)
}

// stepping has a create whose second step is needed only for vehicles that are not active.
func stepping() rest.Config {
	config := testland()
	inactive := rest.Case(func(v *resource.Vehicle, _ tsp.Write) bool { return !v.IsActive.Or(true) })
	config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.VerifyFirst,
		Method: "POST", Path: "/vehicles", Encode: encodeName, Decode: decode, Find: findVehicle,
		Steps: []rest.Step{{Key: "deactivate", When: inactive, Method: "PATCH", Path: "/vehicles?id={target}",
			Encode: func(w tsp.Write) (any, error) { return map[string]string{"of": string(w.Target)}, nil },
			Decode: func(tsp.Write, rest.Answer) (tsp.Written, error) { return tsp.Written{Note: "deactivated"}, nil }}}})
	return config
}

func encodeName(w tsp.Write) (any, error) {
	return map[string]string{"name": w.Settings.Text("prefix")}, nil
}

func findVehicle(ctx context.Context, send rest.Send, _ tsp.Write) (tsp.Written, bool, error) {
	a, err := send(ctx, rest.Call{Method: "GET", Path: "/vehicles"})
	if err != nil {
		return tsp.Written{}, false, err
	}
	t, err := rest.Decode[thing](a)
	return tsp.Written{SourceID: t.ID, Collection: "vehicles"}, t.ID != "", err
}

func vehicleCreate(y *yard, active bool) tsp.Write {
	return tsp.Write{Capability: createVehicle, Payload: &resource.Vehicle{IsActive: resource.Of(active)}, Progress: &y.notes, Pace: &pacer{}}
}

func (y *yard) wantLog(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, y.log); diff != "" {
		t.Errorf("what happened differs (-want +got):\n%s", diff)
	}
	y.log = nil
}

func TestAStepThatIsNotNeededLeavesOneUnmarkedCall(t *testing.T) {
	t.Parallel()
	y := &yard{}
	s := serve(t, stepping(), y.ServeHTTP)
	w, err := s.Write(t.Context(), vehicleCreate(y, true))
	if err != nil || w.SourceID != "v 1" || w.Note != "" {
		t.Errorf("%+v, %v", w, err)
	}
	y.wantLog(t, `POST /vehicles {"name":""}`)
}

func TestALaterStepGoesToWhatTheEarlierOneMade(t *testing.T) {
	t.Parallel()
	y := &yard{}
	s := serve(t, stepping(), y.ServeHTTP)
	write := vehicleCreate(y, false)
	w, err := s.Write(t.Context(), write)
	if err != nil || w.SourceID != "v 1" || w.Note != "deactivated" || w.Status != 200 {
		t.Errorf("%+v, %v", w, err)
	}
	y.wantLog(t, "mark record false ", `POST /vehicles {"name":""}`, "mark record true v 1",
		`PATCH /vehicles?id=v+1 {"of":"v 1"}`, "mark deactivate true ")
	if diff := cmp.Diff([][]string{{"all"}, {"all"}}, write.Pace.(*pacer).waits); diff != "" {
		t.Errorf("charged limits differ (-want +got):\n%s", diff)
	}
}

func TestFindMarksTheStepThatItFindsAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	y := &yard{}
	s := serve(t, stepping(), y.ServeHTTP)
	y.steps = []tsp.Step{{Key: "record"}}
	if w, found, err := s.(tsp.Finder).Find(t.Context(), vehicleCreate(y, false)); err != nil || found || w.SourceID != "" {
		t.Errorf("%+v, %v, %v", w, found, err)
	}
	y.wantLog(t, "GET /vehicles", "mark record true v 1")
	if _, err := s.Write(t.Context(), vehicleCreate(y, false)); err != nil {
		t.Error(err)
	}
	y.wantLog(t, `PATCH /vehicles?id=v+1 {"of":"v 1"}`, "mark deactivate true ")
	if w, found, err := s.(tsp.Finder).Find(t.Context(), vehicleCreate(y, false)); err != nil || !found || w.SourceID != "v 1" {
		t.Errorf("%+v, %v, %v", w, found, err)
	}
	y.wantLog(t)

	y.steps = nil
	if w, found, err := s.(tsp.Finder).Find(t.Context(), vehicleCreate(y, true)); err != nil || !found || w.Collection != "vehicles" {
		t.Errorf("a write of one step: %+v, %v, %v", w, found, err)
	}
	y.wantLog(t, "GET /vehicles")
}

func TestAWriteChoosesItsRouteByItsSettings(t *testing.T) {
	t.Parallel()
	config := testland()
	beta := func(w tsp.Write) bool { return w.Settings.Text("route") == "beta" }
	config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.Native, Steps: []rest.Step{
		{Key: "beta", When: beta, Method: "POST", Path: "/beta", Encode: encodeName, Decode: decode},
		{Key: "old", When: func(w tsp.Write) bool { return !beta(w) }, Method: "POST", Path: "/messages", Encode: encodeName, Decode: decode},
	}})
	config.BaseURL = func(s tsp.Settings) string { return s.Text("base") }
	for route, want := range map[string]string{"beta": `POST /beta {"name":"x"}`, "": `POST /messages {"name":"x"}`} {
		y := &yard{}
		settings := tsp.Settings{"route": route, "prefix": "x", "base": serveURL(t, y.ServeHTTP)}
		client := &http.Client{Transport: new(http.Transport)}
		t.Cleanup(client.CloseIdleConnections)
		s, err := rest.New(config).Connect(t.Context(), tsp.Access{Credentials: credentials(), Settings: settings, Client: client})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write(t.Context(), vehicleCreate(y, true)); err != nil {
			t.Error(err)
		}
		y.wantLog(t, want)
	}
	if diff := cmp.Diff([]string{"all"}, rest.New(config).Spec().Actions[createVehicle].Limits); diff != "" {
		t.Errorf("the limits of the first step differ (-want +got):\n%s", diff)
	}
}

func TestAnUpdateMayChangeTheRecordAsTheTSPHasIt(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Writes[1].Method, config.Writes[1].Encode = "PUT", nil
	config.Writes[1].Compose = rest.Modify(rest.Get("/vehicles?id={target}"), func(v *resource.Vehicle, _ tsp.Write, now rest.Answer) (any, error) {
		return map[string]string{"was": string(now.Body), "notes": v.Notes.Or("")}, nil
	})
	y := &yard{}
	s := serve(t, config, y.ServeHTTP)
	w := vehicleWrite("a&b")
	w.Payload = &resource.Vehicle{Notes: resource.Of("n")}
	if _, err := s.Write(t.Context(), w); err != nil {
		t.Error(err)
	}
	y.wantLog(t, "GET /vehicles?id="+url.QueryEscape("a&b"), `PUT /vehicles/a&b {"notes":"n","was":"{\"id\":\"v 1\"}"}`)

	y.fail = map[string]int{"GET /vehicles?id=a%26b": 502}
	_, err := s.Write(t.Context(), w)
	wantClass(t, err, tsp.Unavailable)
	w.Payload = &resource.Message{}
	_, err = s.Write(t.Context(), w)
	wantClass(t, err, tsp.Broken)
}

func TestACallMayBeRepeatedWhenItsEndIsUnknown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		allowed bool
		status  []int
		want    tsp.Class
	}{
		{true, []int{500, 200}, tsp.Done},
		{true, []int{500, 400}, tsp.Unknown},
		{true, []int{500, 500}, tsp.Unknown},
		{true, []int{400}, tsp.Rejected},
		{false, []int{500}, tsp.Unknown},
	} {
		config := testland()
		config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.None, Steps: []rest.Step{
			{Key: "one", Method: "POST", Path: "/v", Encode: encodeName, Decode: decode, Harms: true, Again: func(tsp.Write) bool { return c.allowed }}}})
		n := 0
		s := serve(t, config, func(w http.ResponseWriter, r *http.Request) {
			n++
			answer(c.status[n-1], `{"id":"1"}`)(w, r)
		})
		_, err := s.Write(t.Context(), vehicleCreate(&yard{}, true))
		if c.want == tsp.Done && err != nil || c.want != tsp.Done && wantClass(t, err, c.want) == nil || n != len(c.status) {
			t.Errorf("%+v: %d calls, %v", c, n, err)
		}
	}
}

func TestARefusedDeliveryKeepsNoOtherFromBeingMade(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.None, Each: func(tsp.Write) ([]rest.Step, error) {
		var steps []rest.Step
		for _, name := range []string{"a", "b", "c"} {
			steps = append(steps, rest.Step{Key: name, Part: "driver " + name, Method: "POST", Path: "/to/" + name, Harms: true,
				Decode: func(tsp.Write, rest.Answer) (tsp.Written, error) { return tsp.Written{}, nil }})
		}
		return steps, nil
	}})
	y := &yard{fail: map[string]int{"POST /to/a": 422}}
	s := serve(t, config, y.ServeHTTP)
	_, err := s.Write(t.Context(), vehicleCreate(y, true))
	e := wantClass(t, err, tsp.Rejected)
	var got []string
	for _, p := range e.Parts {
		got = append(got, fmt.Sprintf("%s %s %d", p.Name, p.Class, p.Status))
	}
	if diff := cmp.Diff([]string{"driver a rejected 422", "driver b done 200", "driver c done 200"}, got); diff != "" {
		t.Errorf("parts differ (-want +got):\n%s", diff)
	}
	y.log, y.fail = nil, nil
	if w, err := s.Write(t.Context(), vehicleCreate(y, true)); err != nil || len(w.Parts) != 1 {
		t.Errorf("%+v, %v", w, err)
	}
	y.wantLog(t, "mark a false ", "POST /to/a", "mark a true ")
}

func TestDeliveriesThatAreMadeByEachAreFoundAgain(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Writes[0].Find = nil
	config.Writes = append(config.Writes, rest.Write{Capability: createVehicle, Strength: tsp.VerifyFirst, Each: func(tsp.Write) ([]rest.Step, error) {
		var steps []rest.Step
		for _, name := range []string{"a", "b"} {
			steps = append(steps, rest.Step{Key: name, Part: name, Method: "POST", Path: "/to/" + name, Harms: true,
				Decode: func(tsp.Write, rest.Answer) (tsp.Written, error) { return tsp.Written{}, nil },
				Find: func(context.Context, rest.Send, tsp.Write) (tsp.Written, bool, error) {
					return tsp.Written{}, true, nil
				}})
		}
		return steps, nil
	}})
	y := &yard{fail: map[string]int{"POST /to/b": 500}}
	s := serve(t, config, y.ServeHTTP)
	w := vehicleCreate(y, true)
	_, err := s.Write(t.Context(), w)
	wantClass(t, err, tsp.Unknown)
	finder, ok := s.(tsp.Finder)
	if !ok {
		t.Fatal("the session cannot be asked for earlier writes")
	}
	if _, found, err := finder.Find(t.Context(), w); err != nil || !found {
		t.Errorf("found: %v, %v", found, err)
	}
}

func TestASecretOfOneWriteIsHiddenFromItsErrors(t *testing.T) {
	t.Parallel()
	config := testland()
	config.Answers.Message = func(a rest.Answer) string { return string(a.Body) }
	config.Writes[0].Hides = func(w tsp.Write) []string { return []string{"pass-" + string(w.Settings.Text("x"))} }
	_, err := serve(t, config, answer(400, "the password pass- is weak")).Write(t.Context(), messageWrite())
	if e := wantClass(t, err, tsp.Rejected); e.Message != "the password ***** is weak" {
		t.Errorf("message = %q", e.Message)
	}
}
