package metrics

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// constants are the texts of a file's constants whose names or type begin with a word. Metrics import no room, so
// its source says what it tells.
func constants(t *testing.T, file, word string) map[string]bool {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		of, _ := spec.Type.(*ast.Ident)
		if !strings.HasPrefix(spec.Names[0].Name, word) && (of == nil || of.Name != word) {
			return true
		}
		for _, value := range spec.Values {
			if text, ok := value.(*ast.BasicLit); ok && text.Kind == token.STRING {
				plain, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				found[plain] = true
			}
		}
		return true
	})
	if len(found) == 0 {
		t.Errorf("%s has no constant of %s", file, word)
	}
	return found
}

func TestLabelsHaveTheValuesThatRoomsTell(t *testing.T) {
	t.Parallel()
	told := constants(t, "../tsp/class.go", "Class")
	maps.Copy(told, constants(t, "../dispatch/work.go", "Class"))
	if diff := cmp.Diff(told, classes); diff != "" {
		t.Errorf("classes (-told +counted):\n%s", diff)
	}
	if diff := cmp.Diff(constants(t, "../perform/watch.go", "Outcome"), outcomes); diff != "" {
		t.Errorf("outcomes (-told +counted):\n%s", diff)
	}
	const states = "../operation/state.go"
	told = constants(t, states, "Succeeded")
	maps.Copy(told, constants(t, states, "Failed"))
	if diff := cmp.Diff(told, ends); diff != "" {
		t.Errorf("ends (-told +counted):\n%s", diff)
	}
}
