package simkit_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func shape() simkit.Shape {
	return simkit.Shape{
		"text": simkit.String(2, 3), "kind": simkit.Enum("a", "b"), "on": simkit.Bool, "n": simkit.Integer, "f": simkit.Number,
		"list": simkit.List(simkit.Integer), "map": simkit.Map(simkit.String(0, 0)), "gone": simkit.Nullable(simkit.Bool),
		"in":   simkit.Nested(simkit.Shape{"x": simkit.Bool}, "x"),
		"free": simkit.Any,
		"even": simkit.Matching("of even length", func(s string) bool { return len(s)%2 == 0 }),
	}
}

func TestAShapeAcceptsWhatItDescribes(t *testing.T) {
	t.Parallel()
	body, err := simkit.ParseObject([]byte(`{"text":"äöü","kind":"b","on":false,"n":-9223372036854775808,"f":1e3,"list":[],
		"map":{"k":""},"gone":null,"in":{"x":true},"free":null,"even":""}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := shape().Check(body, "text"); err != nil {
		t.Error(err)
	}
}

func TestAShapeNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{}`:                                     "text is required",
		`{"text":"abcd"}`:                        "text must have at most 3 characters",
		`{"text":"a"}`:                           "text must have at least 2 characters",
		`{"text":5}`:                             "text must be a string",
		`{"text":null}`:                          "text must be a string",
		`{"text":"ab","other":1}`:                `unknown field "other"`,
		`{"text":"ab","kind":"c"}`:               "kind must be one of a, b",
		`{"text":"ab","on":"true"}`:              "on must be a boolean",
		`{"text":"ab","n":1.0}`:                  "n must be an integer",
		`{"text":"ab","n":99999999999999999999}`: "n must be an integer",
		`{"text":"ab","f":"1"}`:                  "f must be a number",
		`{"text":"ab","list":[1,"2"]}`:           "list [1] must be an integer",
		`{"text":"ab","list":{}}`:                "list must be an array",
		`{"text":"ab","map":{"k":1}}`:            `map "k" must be a string`,
		`{"text":"ab","map":[]}`:                 "map must be an object",
		`{"text":"ab","gone":1}`:                 "gone must be a boolean",
		`{"text":"ab","in":{}}`:                  "in is wrong: x is required",
		`{"text":"ab","even":"odd"}`:             "even must be of even length",
	} {
		o, err := simkit.ParseObject([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if err := shape().Check(o, "text"); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestABodyThatIsNotOneObjectIsRefused(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``: "empty", `  `: "empty", `[]`: "not a JSON object", `null`: "not a JSON object", `{"a":1}{}`: "more after", `{"a":1} x`: "more after",
		`{"a":1,"a":2}`: "duplicate", `{"a":{"b":1,"b":2}}`: "duplicate", "{\"a\":\"\xff\"}": "UTF-8", `{"a":`: "EOF", `{"a":1e999}`: "out of range",
	} {
		if _, err := simkit.ParseObject([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}

func TestACursorComesBackAndRubbishDoesNot(t *testing.T) {
	t.Parallel()
	if seq, ok := simkit.ParseCursor(simkit.Cursor(4711)); !ok || seq != 4711 {
		t.Errorf("seq = %d, %v", seq, ok)
	}
	for _, text := range []string{"", "x", "!!", "LTU", "NDcx MQ"} {
		if _, ok := simkit.ParseCursor(text); ok {
			t.Errorf("%q was taken for a cursor", text)
		}
	}
}
