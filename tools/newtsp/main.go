// Command newtsp scaffolds the folder of a new TSP: an adapter and a simulator that compile, and
// the call of the conformance suite, which then says what to do next. Run it from the root of the
// repository: `make new-tsp NAME=x`.
package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

//go:embed scaffold
var scaffold embed.FS

// plan is what the scaffold is filled in with.
type plan struct {
	Name tsp.Name
	// Package is the name of the package and of its folder: the TSP's name without underscores.
	Package string
	// Display is the name for people, Type the one in identifiers, Dashed the one in texts.
	Display, Type, Dashed string
	PortOffset            int
	// Fields are those of a vehicle.
	Fields []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "newtsp:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("name one TSP: make new-tsp NAME=wialon")
	}
	p, err := planFor(".", tsp.Name(strings.ReplaceAll(strings.ToLower(args[0]), "-", "_")))
	if err != nil {
		return err
	}
	folder, err := write(".", p)
	if err != nil {
		return err
	}
	fmt.Printf(`%[1]s is there and compiles. Its suite says what to do next:

  go test ./%[1]s

docs/adding-a-tsp.md walks through it. When the suite is green, "make generate" lists the TSP.
`, folder)
	return nil
}

// planFor names everything after the TSP. A name that the contract does not have is refused.
func planFor(root string, name tsp.Name) (plan, error) {
	if err := known(name); err != nil {
		return plan{}, err
	}
	words := strings.Split(string(name), "_")
	p := plan{Name: name, Package: strings.Join(words, ""), Dashed: strings.Join(words, "-")}
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	p.Display, p.Type = strings.Join(words, " "), strings.Join(words, "")
	offset, err := freeOffset(root)
	if err != nil {
		return plan{}, err
	}
	p.PortOffset = offset
	schema, err := resource.For(resource.KindVehicle, resource.Create)
	if err != nil {
		return plan{}, err
	}
	for _, f := range schema.Fields {
		if f.Name != "connection_id" {
			p.Fields = append(p.Fields, f.Name)
		}
	}
	return p, nil
}

// offsets are how simulators declare their ports.
var offsets = regexp.MustCompile(`PortOffset: *([0-9]+)`)

// freeOffset is the port that no simulator has, those included that are not listed yet.
func freeOffset(root string) (int, error) {
	files, err := filepath.Glob(filepath.Join(root, "internal", "tsp", "*", "sim", "*.go"))
	if err != nil {
		return 0, fmt.Errorf("looking for simulators: %w", err)
	}
	last := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, fmt.Errorf("looking for the ports of simulators: %w", err)
		}
		for _, m := range offsets.FindAllSubmatch(text, -1) {
			n, err := strconv.Atoi(string(m[1]))
			if err != nil {
				return 0, fmt.Errorf("reading the port of %s: %w", file, err)
			}
			last = max(last, n)
		}
	}
	return last + 1, nil
}

// known refuses a name that is no TSP of the contract, and names those that are like it.
func known(name tsp.Name) error {
	var like []string
	for _, one := range tsp.Names() {
		if one == name {
			return nil
		}
		if len(name) > 2 && (strings.Contains(string(one), string(name[:3])) || strings.Contains(string(name), string(one))) {
			like = append(like, string(one))
		}
	}
	hint := "all are in internal/tsp/name.go"
	if len(like) > 0 {
		hint = "there are " + strings.Join(like, ", ") + "; " + hint
	}
	return fmt.Errorf("%q is no value of the contract's TspEnum, so that its clients would not know it; %s", name, hint)
}

// write makes the folder and returns its path. One that exists is left alone.
func write(root string, p plan) (string, error) {
	folder := "internal/tsp/" + p.Package
	target := filepath.Join(root, folder)
	if _, err := os.Stat(filepath.Join(root, "internal", "tsp")); err != nil {
		return "", fmt.Errorf("looking for internal/tsp (run this from the root of the repository): %w", err)
	}
	if _, err := os.Stat(target); err == nil {
		return "", fmt.Errorf("%s is there already", folder)
	}
	return folder, fs.WalkDir(scaffold, "scaffold", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fill(path, p)
		if err != nil {
			return err
		}
		file := strings.TrimSuffix(strings.TrimPrefix(path, "scaffold/"), ".tmpl")
		if file == "adapter.go" {
			file = p.Package + ".go"
		}
		file = filepath.Join(target, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("making the folder: %w", err)
		}
		return os.WriteFile(file, text, 0o644)
	})
}

func fill(path string, p plan) ([]byte, error) {
	page, err := template.ParseFS(scaffold, path)
	if err != nil {
		return nil, fmt.Errorf("reading the scaffold: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("filling in %s: %w", path, err)
	}
	text, err := format.Source(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("filling in %s: %w", path, err)
	}
	return text, nil
}
