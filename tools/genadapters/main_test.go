package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheListOfAdaptersIsUpToDate(t *testing.T) {
	t.Parallel()
	const root = "../.."
	want, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, target))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is stale; run `make generate` (-want +got):\n%s", target, diff)
	}
}

func TestAFolderCountsOnlyWithAdapterAndSimulator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, source := range map[string]string{
		"whole/whole.go":     "package whole\n\nfunc New() int { return 0 }\n",
		"whole/sim/sim.go":   "package sim\n\nfunc New(o int) {}\n\nfunc Info() {}\n",
		"alone/alone.go":     "package alone\n\nfunc New() int { return 0 }\n",
		"family/family.go":   "package family\n\nfunc New(c int) int { return c }\n",
		"family/sim/sim.go":  "package sim\n\nfunc New(o int) {}\n\nfunc Info() {}\n",
		"simless/sim/sim.go": "package sim\n\nfunc New(o int) {}\n\nfunc Info() {}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := adapters(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"whole"}, got); diff != "" {
		t.Error(diff)
	}
}
