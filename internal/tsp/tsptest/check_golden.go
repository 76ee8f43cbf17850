package tsptest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var update = flag.Bool("update", false, "write golden files anew")

// checkDeterministic: the same write makes the same requests, byte for byte.
func checkDeterministic(t *trial, f form) {
	d := f.writable()
	first, err := f.encode(d)
	if err != nil {
		t.fatalf("the write fails: %v", err)
	}
	for range 3 {
		again, err := f.encode(d)
		if err != nil {
			t.fatalf("the write fails: %v", err)
		}
		if again != first {
			t.errorf("the same write makes other requests (-first +again):\n%s", difference(first, again))
			return
		}
	}
}

// checkGolden: the requests of a write of all fields, and of as few as can be, are those of the
// golden file.
func checkGolden(t *trial, f form) {
	var got strings.Builder
	for _, one := range []struct {
		name string
		d    draft
	}{{"all fields", f.writable()}, {"as few as can be", f.few()}} {
		requests, err := f.encode(one.d)
		if err != nil {
			t.fatalf("%s: the write fails: %v", one.name, err)
		}
		fmt.Fprintf(&got, "# %s\n\n%s\n", one.name, t.suite.masked(requests))
	}
	t.goldenFile(".http", got.String())
}

// few is the smallest draft that the policy lets pass: what must be given, and for updates
// without any such field the first one that can be written alone.
func (f form) few() draft {
	least := f.least(0)
	if len(f.problems(least)) == 0 {
		return least
	}
	for _, field := range f.fields() {
		for _, value := range f.values(field) {
			if d := least.with(field.Name, value); value != "" && len(f.problems(d)) == 0 {
				return d
			}
		}
	}
	return f.sample()
}

// masked hides the credentials of a world in a text.
func (s *suite) masked(text string) string {
	for _, secret := range s.fixedSecrets() {
		text = strings.ReplaceAll(text, secret, "*****")
	}
	return text
}

// goldenFile compares a text with the capability's golden file of that ending.
func (t *trial) goldenFile(ending, got string) {
	if t.suite.config.Golden == "" {
		t.fatalf("the config names no folder of golden files")
	}
	file := filepath.Join(t.suite.config.Golden, strings.ReplaceAll(t.c.String(), " ", "_")+ending)
	if *update {
		if err := os.MkdirAll(t.suite.config.Golden, 0o755); err != nil {
			t.fatalf("%v", err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.fatalf("%v", err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.fatalf("%v; run the test with -update to write it", err)
	}
	if string(want) != got {
		t.errorf("what is sent is not what %s says (-want +got); run with -update if that is right:\n%s", file, difference(string(want), got))
	}
}
