package console

import (
	"net/url"
	"strings"
	"testing"
)

func TestAFormOfFieldsBecomesTheBodyWithItsTypes(t *testing.T) {
	t.Parallel()
	op := written()
	for said, want := range map[string]string{
		"Gate-8": `"message_text":"Gate-8"`, "7": `"message_text":"7"`, `"x"`: `"message_text":"\"x\""`, "": `"message_text":""`,
		"a\r\nb": `"message_text":"a\nb"`} {
		got, err := assembled(op, url.Values{"field.message_text": {said}, "field.no_such": {"x"}})
		was, _ := assembled(op, nil)
		if err != nil || len(got)-len(want) != len(was)-len(`"message_text":"The code is Gate-7"`) || !strings.Contains(got, want) || strings.Contains(got, "no_such") {
			t.Errorf("%q becomes %s, %v", said, got, err)
		}
	}
	number := member{"odometer", []byte("1")}
	for said, want := range map[string]string{"9007199254740993": "9007199254740993", "2.50": "2.50", "two": `"two"`, "null": "null", "": `""`} {
		if got, err := typed(number, said); err != nil || string(got) != want {
			t.Errorf("the number %q becomes %s, %v", said, got, err)
		}
	}
}

func TestABodyWithOtherFieldsIsEditedAsJSON(t *testing.T) {
	t.Parallel()
	op := written()
	same, err := assembled(op, nil)
	if err != nil {
		t.Fatal(err)
	}
	if fields := editFields(op, same); len(fields) == 0 || fields[0].Changed {
		t.Errorf("the fields as they were: %+v", fields)
	}
	changed, _ := assembled(op, url.Values{"field.message_text": {"other"}})
	last := len(editFields(op, changed)) - 1
	if fields := editFields(op, changed); last < 0 || !fields[last].Changed || fields[last].Now != "other" {
		t.Errorf("a changed field: %+v", fields)
	}
	for _, text := range []string{"a\rb", "a\u0000b", "\u009f"} {
		held, _ := assembled(op, url.Values{"field.message_text": {text}})
		if fields := editFields(op, held); fields != nil {
			t.Errorf("a form would change %q", text)
		}
	}
	for _, other := range []string{`{"message_text":"x"}`, same[:len(same)-1] + `,"more":1}`, same + "}", "no JSON", ""} {
		if fields := editFields(op, other); fields != nil {
			t.Errorf("%s has the fields %+v", other, fields)
		}
	}
}
