package tables_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// runElsewhere are statements for what only a damaged file holds, which the suite cannot make. They are run by
// TestOneOfTwoCopiesOfAURLThatIsDamagedIsMendedByTheOther and TestWhatLeadsToADamagedReceiverLeadsToTheOtherOfItsURL.
func runElsewhere() []string {
	return []string{`SELECT id FROM receiver WHERE partner = ?1 AND url_key = ?2 AND id <> ?3`,
		`UPDATE subscription SET url = ?2, url_key = ?3, receiver = ?4, astray =
		CASE WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.subscription = subscription.id AND d.state = 'waiting')
		THEN 1 ELSE 0 END WHERE receiver = ?1`}
}

// everyStatementWasHeard finds the texts of statements in the source that nothing has run.
func everyStatementWasHeard(t *testing.T, r *recorder) {
	t.Helper()
	var all strings.Builder
	for text := range r.texts {
		all.WriteString(flat(text) + "\n")
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				// It was parsed, so it can be unquoted.
				text, _ := strconv.Unquote(lit.Value)
				if text = flat(text); begins.MatchString(text) && !strings.Contains(all.String(), text) {
					t.Errorf("%s: nothing has run %s", name, text)
				}
			}
			return true
		})
	}
}

// begins tells a statement, or the beginning of one, from other texts.
var begins = regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH) `)
