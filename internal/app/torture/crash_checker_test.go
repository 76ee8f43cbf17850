package torture_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheCheckerOfCrashesSeesEveryBreach(t *testing.T) {
	t.Parallel()
	of := ofTSP{"motive", "v1"}
	message := func(id, text string, e end) wrote {
		return wrote{id: id, tsp: "motive", what: aMessage, text: text, from: "s", to: []string{"d"}, end: e, made: "m" + id}
	}
	create := func(e end) wrote {
		return wrote{id: "1", tsp: "motive", what: aCreate, text: "truck", end: e, made: "v9"}
	}
	update := func(id, name string, e end) wrote {
		return wrote{id: id, tsp: "motive", what: anUpdate, text: name, record: "v1", end: e, made: "v1"}
	}
	group := func(e end) wrote {
		return wrote{id: "g", tsp: "motive", what: aGroupMessage, text: "all", from: "s", to: []string{"d", "e"}, end: e}
	}
	one, truck := thing{"motive", "one", "d"}, thing{"motive", "truck", ""}
	changes := func(names ...string) (all []change) {
		for _, n := range names {
			all = append(all, change{of, n})
		}
		return all
	}
	told := func(r reply) map[string][]reply { return map[string][]reply{"1": {r}} }
	for _, c := range []struct {
		name string
		h    history
		want []law
	}{
		{"all is well", history{writes: []wrote{message("1", "one", succeeded), message("2", "one", succeeded),
			message("3", "two", succeeded), message("4", "three", failed), message("5", "four", unknown), group(succeeded),
			update("6", "A", succeeded), update("7", "B", unknown), update("8", "C", succeeded), update("9", "D", failed)},
			things: []thing{one, one, {"motive", "two", "d"}, {"motive", "four", "d"}, {"motive", "all", "e"},
				{"motive", "all", "d"}},
			told: told(reply{200, succeeded}), changes: changes("A", "A", "B", "C"), names: map[ofTSP]string{of: "C"}}, nil},
		{"a failed update that was sent again", history{writes: []wrote{update("1", "A", failed), update("2", "A", succeeded),
			update("3", "B", succeeded)}, changes: changes("A", "B"), names: map[ofTSP]string{of: "B"}}, nil},
		{"a message twice", history{writes: []wrote{message("1", "one", succeeded)},
			things: []thing{one, one}}, []law{nothingTwice}},
		{"equal messages once too often",
			history{writes: []wrote{message("1", "one", succeeded), message("2", "one", succeeded)},
				things: []thing{one, one, one}}, []law{nothingTwice}},
		{"an unknown message twice", history{writes: []wrote{message("1", "one", unknown)},
			things: []thing{one, one}}, []law{nothingTwice}},
		{"a recipient of a group twice", history{writes: []wrote{group(succeeded)},
			things: []thing{{"motive", "all", "e"}, {"motive", "all", "d"}, {"motive", "all", "d"}}}, []law{nothingTwice}},
		{"a vehicle twice", history{writes: []wrote{create(succeeded)}, things: []thing{truck, truck}}, []law{nothingTwice}},
		{"a message of which there is no operation", history{things: []thing{one}}, []law{nothingTwice}},
		{"a message lost", history{writes: []wrote{message("1", "one", succeeded)}}, []law{nothingLost}},
		{"one of two equal messages lost", history{writes: []wrote{message("1", "one", succeeded),
			message("2", "one", succeeded)}, things: []thing{one}}, []law{nothingLost}},
		{"a recipient of a group lost", history{writes: []wrote{group(succeeded)},
			things: []thing{{"motive", "all", "e"}}}, []law{nothingLost}},
		{"an acknowledged operation lost", history{told: told(reply{status: 202})}, []law{nothingLost}},
		{"an update lost", history{writes: []wrote{update("1", "A", succeeded), update("2", "B", succeeded)},
			changes: changes("B"), names: map[ofTSP]string{of: "B"}}, []law{nothingLost}},
		{"a vehicle that is called failed", history{writes: []wrote{create(failed)},
			things: []thing{truck}}, []law{failedIsNotMade}},
		{"an update that is called failed", history{writes: []wrote{update("1", "A", failed)}, changes: changes("A"),
			names: map[ofTSP]string{of: "A"}}, []law{failedIsNotMade}},
		{"an older update over a newer and back", history{writes: []wrote{update("1", "A", succeeded),
			update("2", "B", succeeded)}, changes: changes("A", "B", "A", "B"), names: map[ofTSP]string{of: "B"}},
			[]law{noOlderOverNewer}},
		{"an unknown update over a newer", history{writes: []wrote{update("1", "A", unknown), update("2", "B", succeeded)},
			changes: changes("B", "A"), names: map[ofTSP]string{of: "A"}}, []law{noOlderOverNewer, noOlderOverNewer}},
		{"a name that nobody knows of", history{writes: []wrote{update("1", "A", succeeded)}, changes: changes("A"),
			names: map[ofTSP]string{of: "Truck 101"}}, []law{noOlderOverNewer}},
		{"messages out of order", history{writes: []wrote{message("1", "one", succeeded), message("2", "two", succeeded)},
			things: []thing{{"motive", "two", "d"}, one}}, []law{inOrder}},
		{"one id for two", history{writes: []wrote{message("1", "one", succeeded), {id: "2", tsp: "motive", what: aMessage,
			text: "two", from: "t", to: []string{"d"}, end: succeeded, made: "m1"}},
			things: []thing{one, {"motive", "two", "d"}}}, []law{idsAreOnes}},
		{"a sync answer of success that failed", history{writes: []wrote{message("1", "one", failed)},
			told: told(reply{200, succeeded})}, []law{syncIsTrue}},
		{"a sync answer of failure that succeeded",
			history{writes: []wrote{message("1", "one", succeeded)}, things: []thing{one},
				told: told(reply{502, failed})}, []law{syncIsTrue}},
		{"an operation that does not end", history{writes: []wrote{message("1", "one", isPending)}}, []law{allEnd}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []law
			for _, v := range c.h.violations() {
				got = append(got, v.law)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
