package tsptest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// texts are those that get lost on the way if something is encoded carelessly.
func texts(use tsp.FieldUse) []string {
	all := []string{"x", "Zoë Müller 東京 Ж", "\U0001F69B\U0001F469\u200D\U0001F692", `"quoted" 'twice' \ back/slash`,
		"<b>&amp; %20 +1 ${x}</b>", "line\nbreak\ttab\rreturn", "bell\u0007 unit\u001f del\u007f", " leading", "trailing ",
		"e\u0301 \u202Eright to left\u202C \uFEFF", "null", "-0", "=1+1"}
	if use.Least > 0 {
		all = append(all, strings.Repeat("n", use.Least))
	}
	if use.Most > 0 {
		all = append(all, strings.Repeat("m", use.Most), strings.Repeat("\U0001F69B", use.Most), strings.Repeat("é", use.Most+1))
	}
	if use.Most == 0 {
		all = append(all, strings.Repeat("long ", 200))
	}
	return all
}

// checkTexts: unusual texts reach the simulator's object as they are, or are refused before any
// call is made.
func checkTexts(t *trial, f form) {
	f.writable()
	for _, field := range f.fields() {
		use := f.action.Uses[field.Name]
		if field.Type != resource.Text || use.Use != tsp.UseSent && use.Use != tsp.UseRequired || t.excused(field.Name) {
			continue
		}
		start, ok := f.shown(field, f.values(field)[0])
		if !ok {
			t.logf("%s reaches the TSP in no sample", field.Name)
			continue
		}
		for _, text := range texts(use) {
			d := start.with(field.Name, quoted(text))
			if _, problems := f.schema.Decode([]byte(d.json())); len(problems) > 0 || len(f.problems(d)) > 0 {
				continue
			}
			f.survives(field.Name, text, d)
		}
	}
}

// survives writes one text and looks for it.
func (f form) survives(name, text string, d draft) {
	w := f.world(setup{})
	defer w.stop()
	before := w.sim.state()
	_, calls, err := w.perform(w.write(f, d, 1))
	if err != nil {
		class := f.t.classOf(err)
		judged := slices.Contains(f.t.suite.config.Formats, name) && w.sim.state() == before
		if class != tsp.Rejected || len(calls) > 0 && !judged {
			f.t.errorf("%s: the text %s is not refused before the call, but with %v", name, shortened(text), err)
		}
		return
	}
	want := text
	if slices.Contains(f.t.suite.config.Capitals, name) {
		want = strings.ToUpper(text)
	}
	for _, collection := range f.t.suite.collections() {
		for _, o := range w.sim.objects(collection) {
			if holds(o, want) {
				return
			}
		}
	}
	f.t.errorf("%s: the text %s does not survive to the simulator:\n%s", name, shortened(text), dump(calls))
}

// holds tells whether some text in a JSON value contains the one that is looked for.
func holds(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case map[string]any:
		for _, member := range v {
			if holds(member, text) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if holds(element, text) {
				return true
			}
		}
	}
	return false
}

// shortened spells a text for people.
func shortened(text string) string {
	if n := utf8.RuneCountInString(text); n > 60 {
		return fmt.Sprintf("%s... of %d characters", quoted(string([]rune(text)[:20])), n)
	}
	return quoted(text)
}
