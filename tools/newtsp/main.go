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
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	p, err := planFor(tsp.Name(strings.ReplaceAll(strings.ToLower(args[0]), "-", "_")))
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

// planFor names everything after the TSP.
func planFor(name tsp.Name) (plan, error) {
	if err := name.Valid(); err != nil {
		return plan{}, err
	}
	words := strings.Split(string(name), "_")
	p := plan{Name: name, Package: strings.Join(words, ""), Dashed: strings.Join(words, "-")}
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	p.Display, p.Type = strings.Join(words, " "), strings.Join(words, "")
	p.PortOffset = offset(name)
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

// offset is the simulator's port above the first. It follows from the name, so that those who add
// TSPs at the same time do not meet: from its place in the contract, or for names of our own, which
// have none, from their letters. internal/app tests that no two are the same.
func offset(name tsp.Name) int {
	if place := slices.Index(tsp.Names(), name); place >= 0 {
		return 10 + place
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name))
	return 300 + int(sum.Sum32()%600)
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
