// Command gendocs writes the documents that follow from the adapters: the README's table of
// support, docs/capabilities.md and a page per TSP under docs/tsps. In docs/sdk.md it writes which
// calls of the published client are served, and in docs/settings.md what the program can be told. Run it from the root of the
// repository, after genadapters: `make generate` does both.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// The marks between which the README's table stands, and those of the settings.
const (
	begin = "<!-- support:begin -->\n"
	end   = "<!-- support:end -->\n"

	settingsBegin = "<!-- settings:begin -->\n"
	settingsEnd   = "<!-- settings:end -->\n"
)

// The files and the folder that are written, seen from the root of the repository.
const (
	readme       = "README.md"
	settingsPage = "docs/settings.md"
	capabilities = "docs/capabilities.md"
	pages        = "docs/tsps"
)

// note stands at the head of generated pages.
const note = "<!-- Generated from the adapters by `make generate`; do not edit. -->\n\n"

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(root, pages), 0o755); err != nil {
		return fmt.Errorf("making the folder of pages: %w", err)
	}
	gone, err := strays(root, files)
	if err != nil {
		return err
	}
	for _, path := range gone {
		if err := os.Remove(filepath.Join(root, path)); err != nil {
			return fmt.Errorf("removing the page of a TSP that is gone: %w", err)
		}
	}
	for path, text := range files {
		if err := os.WriteFile(filepath.Join(root, path), text, 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return nil
}

// generate returns what every file must hold, by path.
func generate(root string) (map[string][]byte, error) {
	var specs []tsp.Spec
	for _, adapter := range all.Adapters() {
		specs = append(specs, adapter.Spec())
	}
	matrix := tsp.Matrix(specs)
	files := map[string][]byte{capabilities: []byte(note + capabilityPage(matrix) + importedRecords(specs) + lostAnswers(specs))}
	for _, s := range specs {
		files[pages+"/"+string(s.Name)+".md"] = []byte(note + page(s))
	}
	served, err := servedRoutes()
	if err != nil {
		return nil, err
	}
	for _, t := range []place{{readme, begin, end, supportTable(matrix)}, {sdkPage, callsBegin, callsEnd, sdkTable(served)},
		{settingsPage, settingsBegin, settingsEnd, config.SettingsTable}} {
		text, err := os.ReadFile(filepath.Join(root, t.path))
		if err != nil {
			return nil, fmt.Errorf("reading %s (run this from the root of the repository): %w", t.path, err)
		}
		if files[t.path], err = t.fill(text); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// place is where a table stands in a page that is written by hand.
type place struct{ path, begin, end, table string }

// fill puts the table between its marks.
func (p place) fill(text []byte) ([]byte, error) {
	head, rest, opened := bytes.Cut(text, []byte(p.begin))
	_, tail, closed := bytes.Cut(rest, []byte(p.end))
	if !opened || !closed {
		return nil, fmt.Errorf("%s has no place for its table, marked by %s and %s", p.path,
			strings.TrimSpace(p.begin), strings.TrimSpace(p.end))
	}
	return bytes.Join([][]byte{head, []byte(p.begin + p.table + p.end), tail}, nil), nil
}

// strays lists pages of TSPs that are gone.
func strays(root string, files map[string][]byte) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, pages))
	if err != nil {
		return nil, fmt.Errorf("looking for pages: %w", err)
	}
	var gone []string
	for _, e := range entries {
		if path := pages + "/" + e.Name(); files[path] == nil {
			gone = append(gone, path)
		}
	}
	return gone, nil
}
