package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	root     = "../.."
	guide    = "docs/adding-a-tsp.md"
	tutorial = "testdata/tutorial"
	pkg      = "internal/tsp/catenasimulator"
)

// step is what the guide asks for at one place, and the failures that it says are left.
type step struct {
	// name is a folder of the tutorial's files, "scaffold", or "golden" for writing golden files.
	name     string
	failures []string
}

var (
	marks    = regexp.MustCompile(`(?s)<!-- step: (\S+) -->.*?` + "```console\n(.*?)```")
	failing  = regexp.MustCompile(`--- FAIL: (\S+)`)
	excerpts = regexp.MustCompile(`(?s)<!-- from (\S+) -->\s*` + "```go\n(.*?)```")
)

func steps(text []byte) []step {
	var all []step
	for _, m := range marks.FindAllSubmatch(text, -1) {
		s := step{name: string(m[1]), failures: []string{}}
		for _, f := range failing.FindAllSubmatch(m[2], -1) {
			s.failures = append(s.failures, string(f[1]))
		}
		slices.Sort(s.failures)
		all = append(all, s)
	}
	return all
}

// The guide is executed: the scaffold, then each of its steps leave exactly the failures that it
// tells; in the end nothing outside the TSP's folder has changed but what is generated.
func TestTheGuideIsTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, guide))
	if err != nil {
		t.Fatal(err)
	}
	all := steps(text)
	if len(all) < 5 || all[0].name != "scaffold" {
		t.Fatalf("the guide has the steps %+v", all)
	}
	h := house{t, t.TempDir()}
	h.copyFrom(root)
	// Whoever follows the guide has its folder, or others that are not listed yet.
	for _, path := range []string{pkg, "docs/tsps/catena_simulator.md"} {
		if err := os.RemoveAll(filepath.Join(h.dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	h.run("run", "./tools/genadapters")
	h.run("run", "./tools/gendocs")
	before := h.files()
	for _, s := range all {
		switch s.name {
		case "scaffold":
			h.run("run", "./tools/newtsp", "catena_simulator")
		case "golden":
			h.run("test", "./"+pkg, "-update")
		default:
			h.apply(s.name)
		}
		if diff := cmp.Diff(s.failures, h.failures()); diff != "" {
			t.Fatalf("after the step %s other checks fail than the guide says (-guide +is):\n%s", s.name, diff)
		}
	}
	h.run("run", "./tools/genadapters")
	h.run("run", "./tools/gendocs")
	h.run("vet", "./"+pkg+"/...")
	h.run("build", "-o", os.DevNull, "./cmd/waybill")
	h.run("test", "./internal/arch", "./tools/genadapters", "./tools/gendocs")
	var changed []string
	for path, now := range h.files() {
		if !bytes.Equal(before[path], now) && !strings.HasPrefix(path, pkg+"/") {
			changed = append(changed, path)
		}
	}
	slices.Sort(changed)
	generated := []string{"README.md", "docs/capabilities.md", "docs/tsps/catena_simulator.md", "internal/tsp/all/zz_all.go"}
	if diff := cmp.Diff(generated, changed); diff != "" {
		t.Errorf("the new TSP changes files outside its folder that are not generated (-generated +changed):\n%s", diff)
	}
}

func TestTheGuideQuotesTheTutorialsFiles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, guide))
	if err != nil {
		t.Fatal(err)
	}
	found := excerpts.FindAllSubmatch(text, -1)
	for _, m := range found {
		file, err := os.ReadFile(filepath.Join(tutorial, string(m[1])))
		if err != nil || !bytes.Contains(file, m[2]) {
			t.Errorf("this is not in %s (%v):\n%s", m[1], err, m[2])
		}
	}
	if len(found) < 3 {
		t.Errorf("only %d excerpts", len(found))
	}
}

// house is a copy of the repository.
type house struct {
	t   *testing.T
	dir string
}

// copyFrom copies what the commands of the guide read.
func (h house) copyFrom(root string) {
	h.t.Helper()
	for _, name := range []string{"go.mod", "go.sum", "README.md", "cmd", "docs", "internal", "tools"} {
		from, to := filepath.Join(root, name), filepath.Join(h.dir, name)
		info, err := os.Stat(from)
		if err != nil {
			h.t.Fatal(err)
		}
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			err = copyFile(from, to)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

// apply copies the files of a step over the TSP's folder.
func (h house) apply(name string) {
	h.t.Helper()
	from := filepath.Join(tutorial, name)
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		file, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return copyFile(path, filepath.Join(h.dir, pkg, file))
	})
	if err != nil {
		h.t.Fatalf("the step %s: %v", name, err)
	}
}

// files are all files of the copy.
func (h house) files() map[string][]byte {
	h.t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(h.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(h.dir, path)
		if err != nil {
			return err
		}
		all[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// run runs a go command that must succeed.
func (h house) run(args ...string) {
	h.t.Helper()
	if out, err := h.command(args...).CombinedOutput(); err != nil {
		h.t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (h house) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(h.t.Context(), "go", args...)
	c.Dir = h.dir
	return c
}

// failures runs the suite and lists the checks that fail, each without those that hold it.
func (h house) failures() []string {
	h.t.Helper()
	out, err := h.command("test", "-json", "./"+pkg+"/...").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	failed, ran := []string{}, false
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var e struct{ Action, Test string }
		if err := d.Decode(&e); err != nil {
			h.t.Fatalf("%v\n%s", err, out)
		}
		ran = ran || e.Test != ""
		if e.Action == "fail" && e.Test != "" {
			failed = append(failed, e.Test)
		}
	}
	if !ran {
		h.t.Fatalf("the suite does not run:\n%s", out)
	}
	slices.Sort(failed)
	return slices.DeleteFunc(slices.Clone(failed), func(name string) bool {
		return slices.ContainsFunc(failed, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}
