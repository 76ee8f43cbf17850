package tsp

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestWhatStandsForAnIDIsToldAsItsPlaceholder(t *testing.T) {
	t.Parallel()
	a, b := MadeBy(uuid.New()), MadeBy(uuid.New())
	ids := pendingIDs{}
	given := Write{Target: a, Refs: resource.Refs{"recipient_ids": {"7", a, b}}}
	w, err := ids.of(given)
	if err != nil {
		t.Fatal(err)
	}
	stands := w.Refs["recipient_ids"]
	if len(ids) != 2 || w.Target != stands[1] || stands[0] != "7" || stands[1] == stands[2] || given.Refs["recipient_ids"][1] != a {
		t.Fatalf("%v of %v and %s", ids, stands, w.Target)
	}
	of := func(text string) string {
		return strings.NewReplacer("A", string(stands[1]), "B", string(stands[2])).Replace(text)
	}
	shown := strings.NewReplacer("A", string(a), "B", string(b))
	for text, want := range map[string]string{`/users/A`: `/users/A`, `{"id":A,"to":[A,B,A],"x":"A","of":"user-B"}`: `{"id":"A","to":["A","B","A"],"x":"A","of":"user-B"}`, `[B]`: `["B"]`} {
		if got := ids.told(of(text), true); got != shown.Replace(want) {
			t.Errorf("%s is told as %s", text, got)
		}
	}
	within := ids.within(of(`{"id":B}`))
	if !slices.Equal(within, []string{string(b)}) {
		t.Errorf("within: %v", within)
	}
	if plain, err := (pendingIDs{}).of(Write{Target: "9"}); err != nil || plain.Target != "9" {
		t.Errorf("an id of its own became %s: %v", plain.Target, err)
	}
}
