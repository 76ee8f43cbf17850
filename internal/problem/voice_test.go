package problem_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// says are the functions and members whose texts callers of the API read, with the place of the text
// among the arguments.
var says = map[string]int{"New": 1, "Refuse": 2, "bad": 2, "wrong": 2, "drop": 2}

// A problem goes on behind a path, or behind a colon in a log: it begins in lower case, is one
// sentence without a full stop, and hangs the remedy on by a semicolon.
func TestProblemsSpeakWithOneVoice(t *testing.T) {
	t.Parallel()
	told := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.Contains(path, "sim") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, text := range texts(n) {
				told++
				if why := strange(text); why != "" {
					t.Errorf("%s: %q %s", set.Position(n.Pos()), text, why)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if told < 100 {
		t.Errorf("%d texts were found", told)
	}
}

// texts returns what a node of the source says to callers of the API.
func texts(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		at, ok := says[nameOf(n.Fun)]
		if !ok || len(n.Args) <= at || nameOf(n.Fun) == "New" && !strings.HasPrefix(qualified(n.Fun), "problem.") {
			return nil
		}
		return literal(n.Args[at])
	case *ast.CompositeLit:
		of := qualified(n.Type)
		if of != "problem.Error" && of != "problem.Detail" && of != "resource.Problem" && of != "Problem" {
			return nil
		}
		for _, e := range n.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				if key := nameOf(pair.Key); key == "Message" || key == "Detail" {
					return literal(pair.Value)
				}
			}
		}
	}
	return nil
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func qualified(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return nameOf(s.X) + "." + s.Sel.Name
	}
	return nameOf(e)
}

// literal returns a text that stands in the source, put together from its parts.
func literal(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING && text != "" {
			return []string{text}
		}
	case *ast.BinaryExpr:
		left, right := literal(e.X), literal(e.Y)
		if len(left) == 1 && len(right) == 1 {
			return []string{left[0] + right[0]}
		}
		if len(left) == 1 {
			return []string{left[0] + "…"}
		}
	}
	return nil
}

// acronym is a word that is written in capitals anywhere: a method, a TSP.
var acronym = regexp.MustCompile(`^[A-Z]{2,}`)

func strange(text string) string {
	switch first := text[:1]; {
	case first != strings.ToLower(first) && !acronym.MatchString(text) && !strings.HasPrefix(text, "Waybill "):
		return "begins with a capital"
	case strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!"):
		return "ends like a sentence of its own"
	case strings.Contains(text, ". "):
		return "is two sentences; join them by a semicolon"
	case strings.Contains(strings.ToLower(text), "please"), strings.Contains(text, "should be"):
		return "begs; say what must be"
	}
	return ""
}
