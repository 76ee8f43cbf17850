package output_test

import (
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/cli/output"
)

var items = []jsontext.Value{
	jsontext.Value(`{"id":"a","n":12345678901234567890,"on":true,"text":"true"}`),
	jsontext.Value(`{"id":"b","n":1.50,"on":null,"text":"x: y # z\n- 1e3"}`),
}

// print writes the items and returns what was written.
func print(t *testing.T, o output.Options, jq string) string {
	t.Helper()
	if jq != "" {
		code, err := output.Compile(jq)
		if err != nil {
			t.Fatal(err)
		}
		o.Filter = code
	}
	var out strings.Builder
	err := output.New(&out, o).List(items, "id", func() output.Grid {
		g := output.Grid{Heads: []string{"ID", "STATUS", "TEXT"}}
		g.Add("a", "success", "")
		g.Add("bcd", "failed", "long \x1b[31mand\nwide enough")
		return g
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAListIsWrittenInTheFormThatIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o        output.Options
		jq, want string
	}{
		"a table": {output.Options{Format: output.Table}, "",
			"ID   STATUS   TEXT\na    success  -\nbcd  failed   long [31mand wide enough\n"},
		"a table without heads": {output.Options{Format: output.Table, NoHeaders: true}, "",
			"a    success  -\nbcd  failed   long [31mand wide enough\n"},
		"a table on a terminal": {output.Options{Format: output.Table, NoHeaders: true, Colour: true, Width: 25}, "",
			"a    \x1b[32msuccess\x1b[0m  -\nbcd  \x1b[31mfailed\x1b[0m   long [31ma…\n"},
		"lines":          {output.Options{Format: output.Lines}, "", string(items[0]) + "\n" + string(items[1]) + "\n"},
		"names":          {output.Options{Format: output.Names}, "", "a\nb\n"},
		"texts of jq":    {output.Options{Format: output.Table}, ".[].id", "a\nb\n"},
		"numbers of jq":  {output.Options{Format: output.Table}, ".[].n", "12345678901234567890\n1.50\n"},
		"jq of one line": {output.Options{Format: output.Lines}, ".id", "a\nb\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, print(t, c.o, c.jq)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestJSONAndYAMLSayWhatWasAnswered(t *testing.T) {
	t.Parallel()
	want, err := json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	same := func(got []byte) {
		t.Helper()
		v := jsontext.Value(got)
		if err := v.Compact(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(v)); diff != "" {
			t.Error(diff)
		}
	}
	same([]byte(print(t, output.Options{Format: output.JSON}, "")))
	text := print(t, output.Options{Format: output.YAML}, "")
	back, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err, text)
	}
	var a, b any
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(back, &b) != nil || !cmp.Equal(a, b) {
		t.Errorf("%s is %s and not %s", text, back, want)
	}
	if !strings.Contains(text, "12345678901234567890") {
		t.Errorf("a number has changed: %s", text)
	}
}

func TestAnEmptyListIsOne(t *testing.T) {
	t.Parallel()
	for format, want := range map[output.Format]string{output.JSON: "[]\n", output.Lines: "", output.Names: "", output.YAML: "[]\n"} {
		var out strings.Builder
		if err := output.New(&out, output.Options{Format: format}).List(nil, "id", nil); err != nil || out.String() != want {
			t.Errorf("%s: %q, %v", format, out.String(), err)
		}
	}
}

func TestAProgramThatIsNoneAndOneThatFailsAreTold(t *testing.T) {
	t.Parallel()
	for _, text := range []string{".[", "nosuch(1)"} {
		if _, err := output.Compile(text); err == nil || !strings.Contains(err.Error(), "--jq") {
			t.Errorf("%s: %v", text, err)
		}
	}
	code, err := output.Compile(".id.x")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := output.New(&out, output.Options{Format: output.JSON, Filter: code}).Item(items[0], "id"); err == nil {
		t.Errorf("it wrote %q", out.String())
	}
}
