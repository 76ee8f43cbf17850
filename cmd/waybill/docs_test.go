package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
)

var (
	// comments of a document are notes to its writers.
	comments = regexp.MustCompile(`(?s)<!--.*?-->`)
	fences   = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```")
	spans    = regexp.MustCompile("`([^`]+)`")
	// began is where a command of ours begins on a line of a shell.
	began   = regexp.MustCompile(`^(\$ |sudo |exec |[A-Z_]+=\S* )*(go run \./cmd/)?waybill( |$)`)
	setting = regexp.MustCompile(`WAYBILL_[A-Z0-9_]*(<NAME>_[A-Z_]+)?`)
	route   = regexp.MustCompile(`\b(GET|POST|PATCH|DELETE) (/v2/[^\s?` + "`" + `"'),;]+)`)
	inPath  = regexp.MustCompile(`\{[^}]*\}`)
)

// documents are the pages that users read, by their path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, root := range []string{"../../README.md", "../../docs", "../../bench", "../../examples"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if name := filepath.Base(path); err != nil || filepath.Ext(name) != ".md" && name != "alerts.yaml" {
				return err
			}
			text, err := os.ReadFile(path)
			all[strings.TrimPrefix(path, "../../")] = comments.ReplaceAllString(string(text), "")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// commandLines are the command lines of ours that a text shows, in its blocks and within its sentences.
func commandLines(text string) (all []string) {
	var shown []string
	for _, block := range fences.FindAllStringSubmatch(text, -1) {
		shown = append(shown, strings.ReplaceAll(block[1], "\\\n", " "))
	}
	for _, span := range spans.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
		shown = append(shown, strings.ReplaceAll(span[1], "\n", " "))
	}
	for _, block := range shown {
		for line := range strings.Lines(block) {
			line, _, _ = strings.Cut(line, " #")
			for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(";&|", r) }) {
				if part = strings.TrimSpace(part); began.MatchString(part) {
					all = append(all, began.ReplaceAllString(part, ""))
				}
			}
		}
	}
	return all
}

// misnamed tells what of a command line there is not; "" if there is everything.
func misnamed(node *kong.Node, line string) string {
	flags := []string{"--help"}
	for _, word := range strings.Fields(line) {
		if at := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word }); at >= 0 {
			node = node.Children[at]
			continue
		}
		for _, f := range node.Flags {
			flags = append(flags, "--"+f.Name, "--no-"+f.Name)
			for _, alias := range f.Aliases {
				flags = append(flags, "--"+alias)
			}
		}
		name, _, _ := strings.Cut(word, "=")
		// One command may be meant where none is named.
		if node.DefaultCmd != nil && !strings.HasPrefix(word, "--") {
			node = node.DefaultCmd
			continue
		}
		switch {
		case strings.HasPrefix(word, "--") && !slices.Contains(flags, name):
			return name
		case len(node.Children) > 0 && !strings.HasPrefix(word, "--"):
			return word
		}
	}
	return ""
}

func TestEveryCommandThatADocumentShowsIsThere(t *testing.T) {
	t.Parallel()
	model := newParser(&commands{}).Model.Node
	for line, lacks := range map[string]string{"client create x --partner y": "", "client crate x": "crate",
		"client create x --parner y": "--parner", "serve --restored-from=TIME": "", "moove": "moove"} {
		if got := misnamed(model, line); got != lacks {
			t.Errorf("of %q there is no %q, and %q is found", line, lacks, got)
		}
	}
	seen := 0
	for path, text := range documents(t) {
		for _, line := range commandLines(text) {
			seen++
			// The suite of writes at a real account marks what it makes so.
			if lacks := misnamed(model, line); lacks != "" && lacks != "contract" {
				t.Errorf("%s shows waybill %s, and there is no %s", path, line, lacks)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d commands were found", seen)
	}
}

func TestEverySettingThatADocumentNamesIsThere(t *testing.T) {
	t.Parallel()
	tsps := app.TSPs()
	anyTSP := strings.ToUpper(slices.Sorted(maps.Keys(tsps))[0])
	seen := 0
	for path, text := range documents(t) {
		for _, name := range setting.FindAllString(text, -1) {
			seen++
			// A name that ends so stands for several; those of tests and benchmarks are no settings.
			if strings.HasSuffix(name, "_") || strings.HasPrefix(name, "WAYBILL_CONTRACT_") ||
				strings.HasPrefix(name, "WAYBILL_TEST_") || strings.HasPrefix(name, "WAYBILL_BENCH_") {
				continue
			}
			name = strings.Replace(name, "<NAME>", anyTSP, 1)
			if _, wrong := config.FromEnv([]string{name + "="}, tsps); len(wrong) > 0 {
				t.Errorf("%s names it: %v", path, wrong[0])
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d settings were found", seen)
	}
}

func TestEveryRouteThatADocumentNamesIsServed(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	path := ""
	for line := range strings.Lines(string(openapi.Document())) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "  /") {
			path = inPath.ReplaceAllString(strings.Trim(line, " :"), "{}")
		}
		if method, ok := strings.CutPrefix(line, "    "); ok && strings.HasSuffix(method, ":") {
			served[strings.ToUpper(strings.TrimSuffix(method, ":"))+" "+path] = true
		}
	}
	seen := 0
	for page, text := range documents(t) {
		// Pages about TSPs and their adapters name routes of theirs, and one lists what is not served.
		if strings.HasPrefix(page, "docs/tsps/") || page == "docs/adding-a-tsp.md" || page == "docs/sdk.md" {
			continue
		}
		for _, found := range route.FindAllStringSubmatch(text, -1) {
			seen++
			if !served[found[1]+" "+inPath.ReplaceAllString(found[2], "{}")] && !strings.Contains(found[2], "…") {
				t.Errorf("%s names %s, which is not served", page, found[0])
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d routes were found", seen)
	}
}
