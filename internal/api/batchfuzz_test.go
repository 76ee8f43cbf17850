package api_test

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLinesOfABatch has bodies of a batch read: whatever they are, each line that is not blank has one answer, and none is the fault of the service.
func FuzzLinesOfABatch(f *testing.F) {
	for _, seed := range []string{"", "\n\n", lineOf(""), lineOf("") + "\r\n" + lineOf(`,"ref":"a"`), "{", "null\n[]\n7", "{}\n{}",
		lineOf(`,"idempotency_key":""`), lineOf(`,"expires_in":1e400`), lineOf(`,"is_sync":true`), lineOf(`,"a":1,"a":{"b":1,"b":2}`),
		`{"method":"PATCH","path":"/v2/telematics/vehicles/x","body":{}}`, `{"method":"PATCH","path":"/","body":{}}`,
		`{"method":"POST","path":"/v2/telematics/messages?x=1","body":[]}`, `{"method":"POST","path":"/v2/telematics/messages","body":{"line":1}}`,
		`{"method":"PATCH","path":"/v2/telematics/vehicles/line:1","body":{"a":{"line":2}}}`, "\xff\xfe\n" + lineOf(""), lineOf(`,"ref":"\ud800"`)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, _ := crowded(t)
		a := c.do(batchPath, string(body), "Content-Type", lineType)
		if a.Code != 200 {
			if a.Code < 400 || a.Code > 499 {
				t.Fatalf("%q: %d %s", body, a.Code, a.Body)
			}
			return
		}
		came, lines := 0, 0
		for text := range strings.Lines(string(body)) {
			came++
			if strings.TrimSpace(text) != "" {
				lines++
			}
		}
		all := toldBy(t, a)
		if last := all[len(all)-1]; !utf8.Valid(a.Body.Bytes()) || len(all) != lines+1 || last.End != "complete" || last.Lines != came {
			t.Fatalf("%q: %d lines, %d answers: %s", body, lines, len(all)-1, a.Body)
		}
		for _, one := range all[:lines] {
			if one.Status < 200 || one.Status > 499 {
				t.Fatalf("%q: line %d is answered with %d", body, one.Line, one.Status)
			}
		}
	})
}
