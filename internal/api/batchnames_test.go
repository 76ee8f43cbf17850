package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// naming is a batch whose first line makes a driver, with lines behind it.
func naming(lines ...string) string {
	return `{"method":"POST","path":"/v2/telematics/users","body":{"a":1}}` + "\n" + strings.Join(lines, "\n") + "\n"
}

func TestALineNamesTheRecordThatALineBeforeItMakes(t *testing.T) {
	t.Parallel()
	c, room := crowded(t)
	text := `{"method":"POST","path":"/v2/telematics/messages","body":{"message_text":"see {\"line\": 1}",  "b":{"c":2}}}`
	all := toldBy(t, c.do(batchPath, naming(
		`{"method":"POST","path":"/v2/telematics/messages","body":{"sender_id":{"line": 1},"n":1.50}}`,
		"",
		`{"method":"POST","path":"/v2/telematics/group-messages","body":{"recipient_ids":["x",{"line":1}]}}`,
		`{"method":"PATCH","path":"/v2/telematics/users/line:1","body":{}}`, text,
	), "Content-Type", lineType))
	made := uuid.UUID{1}
	var bodies []string
	for _, r := range room.examined {
		bodies = append(bodies, string(r.Body))
	}
	want := []string{`{"a":1}`, fmt.Sprintf(`{"sender_id":%q,"n":1.50}`, made), fmt.Sprintf(`{"recipient_ids":["x",%q]}`, made), `{}`,
		`{"message_text":"see {\"line\": 1}",  "b":{"c":2}}`}
	if !slices.Equal(bodies, want) {
		t.Errorf("%q", bodies)
	}
	if len(room.examined) != 5 || room.examined[3].Target != made {
		t.Fatalf("%+v", room.examined)
	}
	// The line that is named is answered first; what names it may be accepted together.
	if !slices.Equal(room.groups, []int{1, 4}) || len(all) != 6 || all[4].Line != 6 || all[5].Accepted != 5 || all[5].Lines != 6 {
		t.Errorf("groups of %v: %+v", room.groups, all)
	}
}

// What stands around an id belongs to what a key stands for, and so does what only looks as if it named a line.
func TestNothingButTheReferencesOfALineChanges(t *testing.T) {
	t.Parallel()
	c, room := crowded(t)
	made := uuid.UUID{1}
	bodies := []struct{ given, want string }{
		{`{ "sender_id" : {"line": 1} ,\t"n": 1.50 }`, fmt.Sprintf(`{ "sender_id" : %q ,\t"n": 1.50 }`, made)},
		{`{"message_text":{"line":1},  "sender_id":{"line":1}}`, fmt.Sprintf(`{"message_text":{"line":1},  "sender_id":%q}`, made)},
		{`{"message_text": {"line":1}}`, `{"message_text": {"line":1}}`},
		{`{"sender_id": [{"line":1}]}`, `{"sender_id": [{"line":1}]}`},
		{`{"x":{"sender_id": {"line":1}}}`, `{"x":{"sender_id": {"line":1}}}`},
	}
	var lines []string
	for _, one := range bodies {
		lines = append(lines, `{"method":"POST","path":"/v2/telematics/messages","body":`+strings.ReplaceAll(one.given, `\t`, "\t")+`}`)
	}
	lines = append(lines, `{"method":"POST","path":"/v2/telematics/group-messages","body":{"recipient_ids": [ "x", {"line":1} ,{"line": 1}]}}`)
	toldBy(t, c.do(batchPath, naming(lines...), "Content-Type", lineType))
	if len(room.examined) != len(bodies)+2 {
		t.Fatalf("%d lines", len(room.examined))
	}
	for i, one := range bodies {
		if got := string(room.examined[i+1].Body); got != strings.ReplaceAll(one.want, `\t`, "\t") {
			t.Errorf("%s: %s", one.given, got)
		}
	}
	if got, want := string(room.examined[6].Body), fmt.Sprintf(`{"recipient_ids": [ "x", %q ,%q]}`, made, made); got != want {
		t.Errorf("%s", got)
	}
	// Such a write is refused as it is by itself.
	schema, err := resource.For(resource.KindMessage, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	_, wrong := schema.Decode(room.examined[3].Body)
	if !slices.ContainsFunc(wrong, func(p resource.Problem) bool { return p.Path == "message_text" }) {
		t.Errorf("%+v", wrong)
	}
}

func TestALineThatNamesNoRecordIsRefusedWithThePlaceAndTheRemedy(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ line, path, says string }{
		{`{"method":"POST","path":"/v2/telematics/messages","body":{"sender_id":{"line":2}}}`, "sender_id", "name a line before this one"},
		{`{"method":"POST","path":"/v2/telematics/group-messages","body":{"recipient_ids":[{"line":0}]}}`, "recipient_ids[0]", "before this one"},
		{`{"method":"PATCH","path":"/v2/telematics/users/line:7","body":{}}`, "path", "before this one"},
	} {
		c, room := crowded(t)
		all := toldBy(t, c.do(batchPath, naming(one.line), "Content-Type", lineType))
		if text := fmt.Sprint(all[1].Body); all[1].Status != 422 || !strings.Contains(text, one.says) || !strings.Contains(text, one.path) {
			t.Errorf("%s: %d %s", one.line, all[1].Status, text)
		}
		if len(room.examined) != 1 {
			t.Errorf("%s was looked at", one.line)
		}
	}
	c, _ := crowded(t)
	all := toldBy(t, c.do(batchPath, strings.Replace(naming(
		`{"method":"POST","path":"/v2/telematics/messages","body":{"sender_id":{"line":1}}}`), `"a":1`, `"a":"refused"`, 1), "Content-Type", lineType))
	if text := fmt.Sprint(all[1].Body); all[1].Status != 422 || !strings.Contains(text, "it was not accepted, or is no create") {
		t.Errorf("behind a line that was refused: %d %s", all[1].Status, text)
	}
}

func TestADryRunHasNoLineToName(t *testing.T) {
	t.Parallel()
	c, _ := crowded(t)
	all := toldBy(t, c.do(batchPath+"?dry_run=true", naming(
		`{"method":"POST","path":"/v2/telematics/messages","body":{"sender_id":{"line":1}}}`), "Content-Type", lineType))
	if text := fmt.Sprint(all[1].Body); all[1].Status != 422 || !strings.Contains(text, "a dry run accepts none") {
		t.Errorf("%d %s", all[1].Status, text)
	}
}
