package arch

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// parsers are the readers of outside input and the target that fuzzes each; who adds one adds a target.
var parsers = map[string]string{
	"bodies of connections":           "internal/connection FuzzBodies",
	"bodies of writes":                "internal/resource FuzzDecode",
	"JSON objects":                    "internal/resource FuzzRead",
	"creations of webhooks":           "internal/webhook FuzzCreateNeverPanicsAndNeverAcceptsAForeignName",
	"updates of webhooks":             "internal/webhook FuzzUpdateIsRefusedOrLeavesWhatCanBeRead",
	"lines of batches":                "internal/api FuzzLinesOfABatch",
	"queries":                         "internal/api FuzzQuery",
	"cursors":                         "internal/page FuzzRead",
	"answers of TSPs":                 "internal/tsp/all FuzzAnswersOfTSPs",
	"requests to simulators":          "internal/tsp/all FuzzSimulators",
	"Retry-After":                     "internal/retryafter FuzzRetryAfter",
	"discovery and keys of an issuer": "internal/access FuzzAnswersOfAnIssuer",
	"addresses of receivers":          "internal/outbound FuzzCheckURL",
	"framing of HTTP":                 "internal/listen FuzzFrameSeesTheRequestsThatTheServerSees",
	"the environment":                 "internal/config FuzzFromEnv",
	"signatures of deliveries":        "internal/webhook FuzzVerifyAcceptsOnlyTheRightSignature",
	"secrets of deliveries":           "internal/webhook FuzzASecretVerifiesWhatItSigned",
	"texts for PostgreSQL":            "internal/store/postgres FuzzEveryTextComesBackAndPostgreSQLTakesIt",
	"bytes for PostgreSQL":            "internal/store/postgres FuzzBytesInAColumnOfTextsComeBackAsBytes",
	"statements for PostgreSQL":       "internal/store/postgres FuzzNoTextKeepsThePlaceOfAParameterOutsideOfQuotations",
}

func TestEveryParserOfOutsideInputHasATargetThatMakeFuzzRuns(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("bash", "../../tools/fuzz.sh", "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var runs []string
	for text := range strings.Lines(string(out)) {
		file, target, _ := strings.Cut(strings.TrimSpace(text), ":")
		runs = append(runs, filepath.Dir(file)+" "+target)
	}
	slices.Sort(runs)
	there := fuzzTargets(t)
	if !slices.Equal(runs, there) {
		t.Errorf("make fuzz runs %q, and there are %q", runs, there)
	}
	for parser, target := range parsers {
		if !slices.Contains(runs, target) {
			t.Errorf("%s are fuzzed by %s, which make fuzz does not run", parser, target)
		}
	}
	for _, target := range runs {
		known := false
		for _, of := range parsers {
			known = known || of == target
		}
		if !known {
			t.Errorf("say in parsers what %s reads", target)
		}
	}
}

// fuzzTargets are all of the module, wherever they stand.
func fuzzTargets(t *testing.T) (all []string) {
	t.Helper()
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range target.FindAllStringSubmatch(string(text), -1) {
			folder, _ := filepath.Rel("../..", filepath.Dir(path))
			all = append(all, folder+" "+found[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
