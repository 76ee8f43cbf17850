package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedDocumentsAreUpToDate(t *testing.T) {
	t.Parallel()
	const root = "../.."
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Errorf("%v; run `make generate`", err)
			continue
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is stale; run `make generate` (-want +got):\n%s", path, diff)
		}
	}
	gone, err := strays(root, files)
	if err != nil || len(gone) > 0 {
		t.Errorf("pages of no adapter: %v %v; run `make generate`", gone, err)
	}
}

func TestTheTableStandsBetweenItsMarks(t *testing.T) {
	t.Parallel()
	p := place{readme, begin, end, "new\n"}
	got, err := p.fill([]byte("head\n" + begin + "old\n" + end + "tail\n"))
	if err != nil || string(got) != "head\n"+begin+"new\n"+end+"tail\n" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := p.fill([]byte("head\n")); err == nil || !strings.Contains(err.Error(), "support:begin") {
		t.Errorf("without marks: %v", err)
	}
}

// Every link of a table must lead to a heading of the page.
func TestTheTablesLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for _, part := range strings.Split(string(files[readme]), "("+pages+"/")[1:] {
		target, _, _ := strings.Cut(part, ")")
		page, anchor, _ := strings.Cut(target, "#")
		text := string(files[pages+"/"+page])
		if text == "" || anchor != "" && !strings.Contains(text, "\n## "+strings.ReplaceAll(anchor, "-", " ")+"\n") {
			t.Errorf("the link %s leads nowhere", target)
		}
		links++
	}
	if links < 10 {
		t.Errorf("only %d links", links)
	}
}
