package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEachDecisionHasANumberOfItsOwn(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../docs/decisions/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d decisions, %v", len(files), err)
	}
	known := map[int]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var number, heading int
		_, _ = fmt.Sscanf(filepath.Base(file), "%04d-", &number)
		if n, _ := fmt.Sscanf(string(text), "# %d", &heading); n == 1 && number != heading {
			t.Errorf("%s: its heading is %d", file, heading)
		}
		if number == 0 || known[number] != "" {
			t.Errorf("%s has the number of %q", file, known[number])
		}
		known[number] = file
	}
}

func TestTheArchitectureNamesEveryRoom(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || !strings.Contains(cells[1], "`internal/") {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			named = append(named, strings.TrimPrefix(strings.Trim(name, " `"), "internal/"))
		}
	}
	for path := range rooms {
		name, inner, _ := strings.Cut(strings.TrimPrefix(path, "internal/"), "/")
		if strings.HasPrefix(path, "internal/") && inner == "" && name != "arch" && !slices.Contains(named, name) {
			t.Errorf("%s is in no row of the table", path)
		}
	}
}
