package sim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fed makes a call of GetFeed and returns the ids of its entities and its toVersion.
func (r running) fed(typeName, rest string) (found, to string) {
	r.T().Helper()
	result, _ := r.must("GetFeed", `{"typeName":"`+typeName+`"`+rest+`}`).body.Result.(map[string]any)
	var all []map[string]any
	data, _ := result["data"].([]any)
	for _, one := range data {
		o, _ := one.(map[string]any)
		all = append(all, o)
	}
	to, _ = result["toVersion"].(string)
	return ids(all), to
}

func TestAFeedGoesOnBehindItsVersion(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	first, to := s.fed("TextMessage", `,"resultsLimit":3,"search":{"fromDate":"2020-01-01T00:00:00.000Z"}`)
	second, last := s.fed("TextMessage", `,"resultsLimit":3,"fromVersion":"`+to+`"`)
	if got := first + "; " + second; got != "b1 b2 b3; b4" {
		t.Fatalf("the pages hold %s", got)
	}
	if rest, same := s.fed("TextMessage", `,"fromVersion":"`+last+`"`); rest != "" || same != last {
		t.Errorf("behind the last are %q, and the version is %s, want %s", rest, same, last)
	}
	s.set("TextMessage", `{"id":"b2","activeTo":"2049-01-01T00:00:00.000Z"}`)
	added := s.add("TextMessage", newText)
	if rest, _ := s.fed("TextMessage", `,"fromVersion":"`+last+`"`); rest != "b2 "+added {
		t.Errorf("what was set and added since is %q", rest)
	}
}

func TestAFeedBeginsAtADate(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for rest, want := range map[string]string{
		``: "b1 b2", `,"fromVersion":null,"resultsLimit":1`: "b1", `,"search":{"fromDate":"2026-11-24T05:00:00.000Z"}`: "b2",
		`,"search":{"fromDate":"2026-11-25T00:00:00.000Z"}`: "",
	} {
		if got, _ := s.fed("FuelTransaction", rest); got != want {
			t.Errorf("GetFeed %s holds %q, want %q", rest, got, want)
		}
	}
	s.rpc("GetFeed", `{"typeName":"FuelTransaction","fromVersion":"soon"}`).refused(t, badArgument)
	s.rpc("GetFeed", `{"typeName":"Group"}`).refused(t, "InvalidApiOperationException")
	s.rpc("GetFeed", `{"typeName":"FuelTransaction","sort":{"sortBy":"id"}}`).refused(t, badMember)
}

func TestASelectorLeavesTheNamedPropertiesOrAllButThem(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	for selector, want := range map[string]map[string]any{
		`{"fields":["ID","name"]}`:            {"id": "GroupTrailerId", "name": "Trailer"},
		`{"fields":["id"],"isIncluded":true}`: {"id": "GroupTrailerId"},
		`{"fields":["color","children","comments","reference","id"],"isIncluded":false}`: {"name": "Trailer"},
	} {
		got := s.must("Get", `{"typeName":"Group","search":{"id":"GroupTrailerId"},"propertySelector":`+selector+`}`).found()
		if diff := cmp.Diff([]map[string]any{want}, got); diff != "" {
			t.Errorf("%s: %s", selector, diff)
		}
	}
}

func TestADeviceHasValuesOfTheCustomPropertiesThatThereAre(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	set := func(values string) answer {
		return s.rpc("Set", entity("Device", `{"id":"b1","customProperties":[`+values+`]}`))
	}
	if got := set(`{"property":{"id":"b1","propertySet":{"id":"b1"}},"value":"Volvo"},{"property":{"id":"b3"},"value":2022},{"property":{"id":"b4"},"value":null}`); got.kind() != "" {
		t.Fatal(got.Text)
	}
	const want = `[map[property:map[id:b1 propertySet:map[id:b1]] value:Volvo] map[property:map[id:b3 propertySet:map[id:b1]] value:2022]]`
	if got := fmt.Sprint(s.one("Device", "b1")["customProperties"]); got != want {
		t.Errorf("they are %s, want %s", got, want)
	}
	for values, kind := range map[string]string{
		`{"property":{"id":"b99"},"value":"x"}`: badArgument, `{"property":{"id":"b3"},"value":"2022"}`: badCast,
		`{"property":{"id":"b1"},"value":7}`: badCast, `{"property":{"id":"bA"},"value":"yes"}`: badCast, `{"value":"x"}`: badNull,
		`{"property":{"id":"b1"},"value":"x"},{"property":{"id":"b1"},"value":"y"}`: badArgument,
		`{"property":{"id":"b1"},"value":"` + strings.Repeat("x", 1001) + `"}`:      badArgument,
	} {
		set(values).refused(t, kind)
	}
}
