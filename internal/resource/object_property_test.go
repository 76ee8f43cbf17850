package resource_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/resource/resourcetest"
)

// check holds for whatever was read: a field has a value or a problem and never both, a body that
// cannot be read has one problem and no value, and an answer can tell of every problem.
func check(t interface{ Fatalf(string, ...any) }, body []byte) {
	table := pet()
	o := resource.Read(body, table)
	problems := o.Problems()
	if o.Broken() && (len(problems) != 1 || o.Len() > 0) || len(problems) > 101 {
		t.Fatalf("%q: %d problems, %d members", body, len(problems), o.Len())
	}
	for _, f := range table.Fields {
		_, state := o.Value(f.Name)
		wrong := slices.ContainsFunc(problems, func(p resource.Problem) bool {
			return p.Path == f.Name || strings.HasPrefix(p.Path, f.Name+".") || strings.HasPrefix(p.Path, f.Name+"[")
		})
		if wrong && state == resource.Set {
			t.Fatalf("%q: %s has a value and a problem: %v", body, f.Name, problems)
		}
		if len(problems) == 0 && f.Required && state != resource.Set {
			t.Fatalf("%q: %s has neither value nor problem", body, f.Name)
		}
	}
	for _, p := range problems {
		if p.Message == "" || p.Code == "" || utf8.RuneCountInString(p.Input) > 201 || utf8.RuneCountInString(p.Path) > 250 {
			t.Fatalf("%q: %+v", body, p)
		}
	}
	if _, err := json.Marshal(problems); err != nil {
		t.Fatalf("%q: the problems cannot be told: %v", body, err)
	}
}

func TestAnyBodyYieldsValuesOrProblems(t *testing.T) {
	t.Parallel()
	names := []string{"born_at", "nope", "", "\xff", strings.Repeat("n", 300)}
	for _, f := range pet().Fields {
		names = append(names, f.Name)
	}
	scalars := []string{`null`, `true`, `4`, `-0`, `1e999`, `1.5`, `"Rex"`, `""`, `"cat"`, `"` + oneID + `"`, `"2026-01-15T10:30:00Z"`, `"\u0000"`,
		"\"\xff\"", `"\ud800"`, `[]`, `{}`, `}`, `nul`, `{"name":"Ann"}`, `{"name":1,"name":2}`}
	value := rapid.Custom(func(t *rapid.T) string {
		one := rapid.SampledFrom(scalars)
		if rapid.Bool().Draw(t, "list") {
			return "[" + strings.Join(rapid.SliceOfN(one, 0, 3).Draw(t, "values"), ",") + "]"
		}
		return one.Draw(t, "value")
	})
	rapid.Check(t, func(t *rapid.T) {
		var members []string
		for range rapid.IntRange(0, 6).Draw(t, "members") {
			members = append(members, `"`+rapid.SampledFrom(names).Draw(t, "name")+`":`+value.Draw(t, "value"))
		}
		check(t, []byte(`{`+strings.Join(members, ",")+rapid.SampledFrom([]string{`}`, `}`, `}`, ``, `}}`, `,}`}).Draw(t, "end")))
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"name":"Rex","owner":{"name":"Ann","pin":"1"},"extras":[{"a":1}]}`, `{"parents":["` + oneID + `",1]}`,
		`{"id":"x","id":"y"}`, `{"parents":["` + oneID + `","` + oneID + `"]}`, "{\"\xff\":1}", `[1`, `{"kind":"kat","legs":1e9}`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) { check(t, body) })
}

// A body may be any bytes. What is told of it goes into an answer, which must be UTF-8.
func TestWhateverABodyHoldsItsProblemsAreText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]resource.Kind{resource.KindVehicle, resource.KindGroupMessage, resource.KindDvirLog}).Draw(t, "kind")
		schema, err := resource.For(s, resource.Create)
		if err != nil {
			t.Fatal(err)
		}
		body := resourcetest.Body(t, schema)
		at := rapid.IntRange(0, len(body)).Draw(t, "at")
		strange := rapid.SliceOfN(rapid.SampledFrom([]byte{0xff, 0xed, 0xa0, 0x80, 0xc0, 0, '"', '\\', 'u', 'd'}), 1, 4).Draw(t, "bytes")
		body = slices.Concat(body[:at], strange, body[at:])
		_, wrong := schema.Decode(body)
		if len(wrong) == 0 && !utf8.Valid(body) {
			t.Fatalf("%q is taken", body)
		}
		for _, p := range wrong {
			if !utf8.ValidString(p.Path + p.Input + p.Message) {
				t.Fatalf("%q: %q", body, p)
			}
		}
	})
}
