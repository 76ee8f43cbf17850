package operation

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheDrawingOfStatesIsTheTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/state-machine.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn, table []string
	for _, m := range regexp.MustCompile(`(?m)^  (\w+) --> (\w+)`).FindAllStringSubmatch(string(text), -1) {
		drawn = append(drawn, m[1]+" "+m[2])
	}
	for _, from := range Live() {
		for _, to := range transitions[from] {
			table = append(table, strings.Join([]string{string(from), string(to)}, " "))
		}
	}
	slices.Sort(drawn)
	slices.Sort(table)
	if diff := cmp.Diff(table, drawn); diff != "" {
		t.Errorf("docs/state-machine.md differs (-table +drawn):\n%s", diff)
	}
	for _, ended := range []State{Succeeded, Failed} {
		if len(transitions[ended]) > 0 || !ended.Ended() {
			t.Errorf("%s is not final", ended)
		}
	}
}
