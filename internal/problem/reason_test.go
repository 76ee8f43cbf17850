package problem_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/problem"
)

func TestAReasonIsOneLineOfTextThatCanBeSeen(t *testing.T) {
	t.Parallel()
	for _, why := range []string{"x", strings.Repeat("ä", 200), `their "new" C:\account`, "می\u200cخواهم", "10 000 calls", "👩\u200d💻 asks"} {
		if got, err := problem.Reason("why", " "+why+"\n"); got != why || err != nil {
			t.Errorf("%q became %q, %v", why, got, err)
		}
	}
	for why, says := range map[string]string{"": "must say why", " \t": "must say why", "\u200b\u2060": "must say why", "two\nlines": "one line", "two\u2028lines": "one line",
		"\x1b[31mred": "one line", "a\u202eb": "one line", "\xff": "one line", strings.Repeat("ä", 201): "and has 201"} {
		_, err := problem.Reason("why", why)
		wrong := (*problem.Error)(nil)
		if !errors.As(err, &wrong) || wrong.Code != problem.Invalid || wrong.Details[0].Path != "why" || !strings.Contains(wrong.Details[0].Message, says) {
			t.Errorf("%q: %v", why, err)
		}
	}
}

func TestATextIsQuotedForPeople(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"they move": `"they move"`, `the "new" C:\x`: `"the "new" C:\x"`, "ä\u200dé\u00a0x": "\"ä\u200dé\u00a0x\"",
		"a\nb": `"a\nb"`, "a\u202eb": `"a\u202eb"`, "a\xffb": "\"a\uFFFDb\""} {
		if got := problem.Quoted(text); got != want {
			t.Errorf("%q is %s", text, got)
		}
	}
}
