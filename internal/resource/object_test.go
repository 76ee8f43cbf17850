package resource_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// pet describes an object with a field of each type.
func pet() resource.Table {
	owner := resource.Table{Of: "an owner", Fields: []resource.Field{
		{Name: "name", Type: resource.Text, Required: true},
		{Name: "pin", Type: resource.Text, Nullable: true},
	}}
	return resource.Table{Of: "a pet", Fields: []resource.Field{
		{Name: "name", Type: resource.Text, Required: true, NonEmpty: true, Longest: 5, Hint: "say how it is called"},
		{Name: "id", Type: resource.UUID, Nullable: true},
		{Name: "born_at", Type: resource.DateTime, Nullable: true},
		{Name: "chipped_on", Type: resource.Date, Nullable: true},
		{Name: "legs", Type: resource.Integer},
		{Name: "weight", Type: resource.Decimal},
		{Name: "tame", Type: resource.Boolean},
		{Name: "kind", Type: resource.Enum, Values: []string{"cat", "dog"}},
		{Name: "likes", Type: resource.Enums, Values: []string{"milk", "bone"}},
		{Name: "parents", Type: resource.UUIDs, Nullable: true},
		{Name: "nicknames", Type: resource.Texts, Nullable: true},
		{Name: "owner", Type: resource.Nested, Nullable: true, Table: &owner},
		{Name: "extras", Type: resource.Raw, Nullable: true},
	}}
}

// safe describes an object that may hold a secret.
func safe() resource.Table {
	lock := resource.Table{Of: "a lock", Fields: []resource.Field{{Name: "code", Type: resource.Text, Required: true, Secret: true}}}
	return resource.Table{Of: "a safe", Hint: "it takes {lock}", Fields: []resource.Field{
		{Name: "lock", Type: resource.Nested, Required: true, Table: &lock}, {Name: "place", Type: resource.Text}}}
}

const oneID = "01890a5d-ac96-774b-bcce-b302099a8057"

func TestWhatIsWrongWithAnObjectIsToldWithPathInputAndCode(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 300)
	for _, c := range []struct {
		name  string
		table resource.Table
		body  string
		want  []string // "path|input|message|code"
	}{
		{"nothing", pet(), `{"name":"Rex","id":"` + oneID + `","born_at":"2026-01-15T10:30:00+01:00","legs":4,"kind":"dog","owner":{"name":"Ann"}}`, nil},
		{"every null that may be", pet(), `{"name":"Rex","id":null,"born_at":null,"parents":null,"nicknames":null,"owner":null,"extras":null}`, nil},
		{"an empty body", pet(), " \n", []string{"||the body is empty; send a JSON object|json_invalid"}},
		{"a body that ends early", pet(), `{"name":"Re`,
			[]string{`name||the body is not valid JSON at byte 11: unexpected EOF|json_invalid`}},
		{"no JSON", pet(), `{x}`,
			[]string{"|x}|the body is not valid JSON at byte 1: invalid character 'x' at start of value|json_invalid"}},
		{"text behind the object", pet(), `{} {}`,
			[]string{"||the body is not valid JSON: there is text behind the JSON object|json_invalid"}},
		{"a list", pet(), `["Rex"]`, []string{`|["Rex"]|the body must be a JSON object|model_type`}},
		{"null", pet(), `null`, []string{"|null|the body must be a JSON object|model_type"}},
		{"a member twice", pet(), `{"name":1,"legs":"x","name":2}`,
			[]string{`name|"name":2}|is given more than once; give it once|json_invalid`}},
		{"a nested member twice", pet(), `{"nope":1,"owner":{"name":1,"name":2}}`,
			[]string{`owner.name|"name":2}}|is given more than once; give it once|json_invalid`}},
		{"a member twice in a list", pet(), `{"extras":[0,{"a":1,"a":2}]}`,
			[]string{`extras[1].a|"a":2}]}|is given more than once; give it once|json_invalid`}},
		{"invalid UTF-8 in a text", pet(), "{\"name\":\"\xff\"}",
			[]string{"name|\uFFFD\"}|the body is not valid JSON at byte 9: invalid UTF-8|json_invalid"}},
		{"invalid UTF-8 in a name", pet(), "{\"\xff\":1}",
			[]string{"|\uFFFD\":1}|the body is not valid JSON at byte 2: invalid UTF-8|json_invalid"}},
		{"half a surrogate pair", pet(), `{"name":"\ud800"}`,
			[]string{"name|\\ud800\"}|the body is not valid JSON at byte 9: invalid surrogate pair `\\ud800\"}` in string|json_invalid"}},
		{"a missing field", pet(), `{}`, []string{"name||is required; say how it is called|missing"}},
		{"a null for a required field", pet(), `{"name":null}`,
			[]string{"name|null|must not be null; say how it is called|null_forbidden"}},
		{"an empty text", pet(), `{"name":" "}`,
			[]string{"name| |must not be empty; say how it is called|string_too_short"}},
		{"a long text", pet(), `{"name":"` + long + `"}`,
			[]string{"name|" + strings.Repeat("é", 200) + "…|must have at most 5 characters|string_too_long"}},
		{"a NUL", pet(), `{"name":"\u0000"}`,
			[]string{"name|\x00|must not contain the NUL character|string_unicode"}},
		{"a misspelt name", pet(), `{"name":"Rex","nam":"x"}`,
			[]string{`nam|x|is not a field of a pet; did you mean "name"?|extra_forbidden`}},
		{"a strange name", pet(), `{"name":"Rex","zzzzzz":[1]}`,
			[]string{"zzzzzz|[1]|is not a field of a pet; there are name, id, born_at, chipped_on, " +
				"legs, weight, tame, kind, likes, parents, nicknames, owner, extras|extra_forbidden"}},
		{"everything at once", pet(), `{"id":"x","nope":"","born_at":"soon","owner":{"nam":1,"pin":7},"chipped_on":"2026-02-30","legs":1.5,"weight":"1","tame":0}`,
			[]string{
				"id|x|must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057|uuid_parsing",
				`nope||is not a field of a pet; did you mean "name"?|extra_forbidden`,
				"born_at|soon|must be a date and time such as 2026-01-15T10:30:00Z|datetime_parsing",
				`owner.nam|1|is not a field of an owner; did you mean "name"?|extra_forbidden`,
				"owner.pin|7|must be a string|string_type",
				"owner.name||is required|missing",
				"chipped_on|2026-02-30|must be a date such as 2026-01-15|date_parsing",
				"legs|1.5|must be an integer|int_type",
				"weight|1|must be a number|float_type",
				"tame|0|must be true or false|bool_type",
				"name||is required; say how it is called|missing"}},
		{"values of lists", pet(), `{"name":"Rex","parents":["` + oneID + `","{` + oneID + `}",1],"nicknames":["a",2],"likes":["mlik"],"kind":"fish","owner":[]}`,
			[]string{
				"parents[1]|{" + oneID + "}|must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057|uuid_parsing",
				"parents[2]|1|must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057|uuid_parsing",
				"nicknames[1]|2|must be a string|string_type",
				`likes[0]|mlik|is not a known value; did you mean "milk"?|enum`,
				"kind|fish|must be one of cat, dog|enum",
				"owner|[]|must be an object|model_type"}},
		{"no list", pet(), `{"name":"Rex","parents":"x"}`, []string{"parents|x|must be a list|list_type"}},
		{"a secret of the wrong type", safe(), `{"lock":{"code":{"hush":1}}}`,
			[]string{"lock.code|*****|must be a string|string_type"}},
		{"a secret under a misspelt name", safe(), `{"lock":{"cod":"hush"}}`, []string{
			`lock.cod|*****|is not a field of a lock; did you mean "code"?|extra_forbidden`, "lock.code||is required|missing"}},
		{"a secret under a misspelt name above it", safe(), `{"loc":{"code":"hush"}}`, []string{
			`loc|*****|is not a field of a safe; did you mean "lock"?|extra_forbidden`, "lock||is required; it takes {lock}|missing"}},
		{"a secret under a strange name", safe(), `{"secrets":"hush","lock":{"code":"x"}}`, []string{
			"secrets|*****|is not a field of a safe; it takes {lock}|extra_forbidden"}},
		{"a secret that comes twice", safe(), `{"lock":{"code":"hush","code":"hush"}}`,
			[]string{"lock.code|*****|is given more than once; give it once|json_invalid"}},
		{"a secret in broken JSON", safe(), `{"lock":{"code":"hush" "place":1}}`,
			[]string{"lock|*****|the body is not valid JSON at byte 23|json_invalid"}},
		{"a secret that is badly escaped", safe(), `{"lock":"\udddd hush"}`,
			[]string{"lock|*****|the body is not valid JSON at byte 9|json_invalid"}},
		{"a secret in a list", safe(), `["hush"]`, []string{"|*****|the body must be a JSON object|model_type"}},
		{"a secret in a text", safe(), `{"lock":"hush"}`, []string{"lock|*****|must be an object|model_type"}},
		{"an input beside a secret", safe(), `{"lock":{"code":"hush"},"place":7}`,
			[]string{"place|7|must be a string|string_type"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, lines(resource.Read([]byte(c.body), c.table).Problems())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.body, diff)
			}
		})
	}
}

func lines(problems []resource.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Path+"|"+p.Input+"|"+p.Message+"|"+p.Code)
	}
	return all
}

func TestValuesComeInTheFormOfTheirTypes(t *testing.T) {
	t.Parallel()
	o := resource.Read([]byte(`{"name":"Rex","id":null,"born_at":"2026-01-15T10:30:00+01:00","legs":4e0,"weight":1.50,"likes":["milk"],
		"parents":["`+oneID+`"],"nicknames":[],"owner":{"name":"Ann","pin":null},"extras":{"a":[1, 2]}}`), pet())
	got := []any{o.Text("name").Or(""), o.ID("id").State(), o.Time("born_at").Or(time.Time{}).Format("15:04 -0700"), o.Text("kind").State(), o.IDs("parents"),
		o.Texts("nicknames"), o.Object("owner").Text("name").Or(""), o.Object("owner").Has("pin"), string(o.Raw("extras")), o.Len(), o.Has("id"), o.Broken()}
	want := []any{"Rex", resource.Null, "10:30 +0100", resource.Absent, []uuid.UUID{uuid.MustParse(oneID)},
		[]string(nil), "Ann", false, `{"a":[1, 2]}`, 10, false, false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]any{"legs": int64(4), "weight": resource.Number("1.50"), "likes": []string{"milk"}, "nicknames": []string{}} {
		if value, state := o.Value(name); state != resource.Set || !cmp.Equal(value, want) {
			t.Errorf("%s is %T %v", name, value, value)
		}
	}
}

func TestWhoKnowsMoreAddsProblems(t *testing.T) {
	t.Parallel()
	o := resource.Read([]byte(`{"lock":{"code":"hush"},"place":"moon"}`), safe())
	o.Refuse("place", resource.CodeReference, "is %s", "far")
	o.Refuse("place", resource.CodeReference, "is told once")
	o.Refuse("lock", resource.CodeReference, "opens nothing")
	o.Refuse("", resource.CodeNothing, "there is nothing to open")
	want := []string{"place|moon|is far|reference_not_found", "lock|*****|opens nothing|reference_not_found", "||there is nothing to open|nothing_to_update"}
	if diff := cmp.Diff(want, lines(o.Problems())); diff != "" {
		t.Error(diff)
	}
	nested := resource.ReadValue("safe", []byte(`{"place":"moon","lock":{"code":"x"}}`), safe())
	nested.Refuse("place", resource.CodeReference, "is far")
	if diff := cmp.Diff([]string{"safe.place|moon|is far|reference_not_found"}, lines(nested.Problems())); diff != "" {
		t.Error(diff)
	}
	broken := resource.Read([]byte(`{`), safe())
	broken.Refuse("code", resource.CodeMissing, "is required")
	broken.Add(resource.Problem{Path: "place"})
	if len(broken.Problems()) != 1 || !broken.Broken() || broken.Has("code") || broken.Object("code") != nil {
		t.Errorf("%v is told beside a body that cannot be read", broken.Problems())
	}
}

func TestABodyThatIsWrongAThousandTimesGetsABoundedAnswer(t *testing.T) {
	t.Parallel()
	var strange strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&strange, `"strange%d":1,`, i)
	}
	for body, want := range map[string]string{
		`{"parents":[` + strings.Repeat("0,", 5000) + `0]}`: "and 4903 more problems",
		`{` + strange.String() + `"name":1}`:                "and 902 more problems",
	} {
		o := resource.Read([]byte(body), pet())
		o.Refuse("owner", resource.CodeReference, "is one too many")
		told := o.Problems()
		last := told[len(told)-1]
		if diff := cmp.Diff(resource.Problem{Message: want, Code: resource.CodeMore}, last); diff != "" || len(told) != 101 {
			t.Errorf("%d problems; the last (-want +got):\n%s", len(told), diff)
		}
	}
}

func TestOnlyOneSpellingIsAnID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		oneID: true, strings.ToUpper(oneID): true, "{" + oneID + "}": false, "urn:uuid:" + oneID: false,
		strings.ReplaceAll(oneID, "-", ""): false, oneID + " ": false, "": false, strings.Repeat("x", 36): false,
		"01890a5dac96-774b-bcce-b302099a80570": false,
	} {
		if id, ok := resource.ParseID(text); ok != want || ok == (id == uuid.Nil) {
			t.Errorf("%q: %v %v", text, id, ok)
		}
	}
}

func TestWhatEarlierClientsSendIsAnsweredWithWhatToSend(t *testing.T) {
	t.Parallel()
	schema, err := resource.For(resource.KindFuelTransaction, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	_, problems := schema.Decode([]byte(`{"source_driver_id":"a b","source_vehicle_id":7,"location":{},"fleet_ref":"f"}`))
	got := map[string]string{}
	for _, p := range problems {
		got[p.Path] = p.Message
	}
	const not = "is not a field of a fuel_transaction; "
	for path, want := range map[string]string{
		"source_driver_id":  not + "driver_id takes Waybill's id of it, and GET /v2/telematics/users?source_ids=a+b finds it",
		"source_vehicle_id": not + "vehicle_id takes Waybill's id of it, and GET /v2/telematics/vehicles?source_ids=7 finds it",
		"location":          not + "send latitude and longitude",
		"fleet_ref":         not + "connection_id says whose it is",
	} {
		if got[path] != want {
			t.Errorf("%s: %q, not %q", path, got[path], want)
		}
	}
}
