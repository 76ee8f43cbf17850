package tables

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whoever writes one of these tables logs it, or stands here with a reason.
var unlogged = map[string]string{
	"SaveCredentials":    "a renewal by a session is no change that anybody asked for",
	"ResealSubscription": "the same secret is sealed with another key",
	"dropDrafts":         "a draft is used up by the connection that is made of it, which is logged",
	"putFleet":           "whoever calls it logs the fleet",
	"ownerOf":            "whoever calls it logs the client's owner",
	"putSecrets":         "whoever calls it logs the secrets",
	"DeleteFleet":        "hide logs what it does",
	"MergeFleets":        "hide logs what it does",
	"putGrant":           "whoever calls it logs the agreement",
	"insertSubscription": "whoever calls it logs the webhook",
	"changeSubscription": "whoever calls it logs the webhook",
	"forgetSubscription": "that it is deleted was logged when somebody did so",
	"DropDrafts":         "drafts end by themselves",
	"eraseDrafts":        "they go with their connection, whose end is logged",
	"SetMeta":            "what the service counts and notes for itself; keys and what is agreed on go through SwapMeta",
	"saveNumbers":        "the number of an event is no wish of anybody",
	"SweepSecrets":       "the rotation that ended the secret was logged with its time",
	"Arrange":            "the order of deliveries is no wish of anybody",
	"changeAddress":      "who changes the subscription logs it",
	"mend":               "the URL stays what it was before it was damaged",
	"putOperator":        "whoever calls it logs the operator",
	"putCode":            "whoever calls it logs the code",
	"putSession":         "whoever calls it logs the session",
	"changeOperator":     "whoever calls it logs the operator, whose sessions end with what he was",
	"SeeSession":         "to read a page is no change that anybody asked for",
	"SweepSessions":      "they have ended by themselves",
	"readdress":          "the URL stays what it is, in another form at rest",
}

// TestWhateverChangesWhatPeopleSetUpIsLogged reads the statements of the package.
func TestWhateverChangesWhatPeopleSetUpIsLogged(t *testing.T) {
	t.Parallel()
	writes := regexp.MustCompile(`(?s)(INSERT (OR \w+ )?INTO|UPDATE|DELETE FROM)\s+(client|client_secret|partner|fleet|share_grant|connection|` +
		`connection_draft|subscription|revocation|signing_key|meta|operator|operator_code|operator_session)\b`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found, unused := 0, map[string]bool{}
	for name := range unlogged {
		unused[name] = true
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			changes, logs := "", false
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if n.Kind == token.STRING && writes.MatchString(n.Value) {
						changes = writes.FindString(n.Value)
					}
				case *ast.SelectorExpr:
					logs = logs || n.Sel.Name == "audited" || n.Sel.Name == "note"
				case *ast.Ident:
					if n.Name == "setMeta" {
						changes = "meta"
					}
				}
				return true
			})
			if changes == "" {
				continue
			}
			found++
			delete(unused, f.Name.Name)
			if _, exempt := unlogged[f.Name.Name]; !logs && !exempt {
				t.Errorf("%s: %s says %q and logs nothing: use audited, or say here why not", file, f.Name.Name, changes)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d functions were found that write", found)
	}
	for name := range unused {
		t.Errorf("%s writes nothing of it: take it out of the list", name)
	}
}
