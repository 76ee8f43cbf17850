package console

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/operation"
)

func TestThePageTellsOfEveryState(t *testing.T) {
	text, err := os.ReadFile("../../docs/console.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([A-Z][a-z ]+) \|`).FindAllStringSubmatch(string(text), -1) {
		told[m[1]] = true
	}
	for stage, look := range stages() {
		if !told[look.Word] {
			t.Errorf("docs/console.md does not tell what %q means (%s)", look.Word, stage)
		}
	}
}

func TestEveryGlyphIsDrawnAndNoTwoStatesLookAlike(t *testing.T) {
	drawn := read(t, templates, "glyphs.html")["templates/shared/glyphs.html"]
	seen := map[string]operation.Stage{}
	for stage, look := range stages() {
		if !strings.Contains(drawn, `eq . "`+look.Glyph+`"`) {
			t.Errorf("the glyph %s of %s is not drawn", look.Glyph, stage)
		}
		if other, twice := seen[look.Glyph]; twice {
			t.Errorf("%s and %s have the same shape", stage, other)
		}
		seen[look.Glyph] = stage
	}
	for class, look := range endings() {
		if !strings.Contains(drawn, `eq . "`+look.Glyph+`"`) {
			t.Errorf("the glyph %s of %s is not drawn", look.Glyph, class)
		}
	}
	for _, group := range places() {
		for _, p := range group {
			if !strings.Contains(drawn, `eq . "`+p.Glyph+`"`) {
				t.Errorf("the glyph %s of %s is not drawn", p.Glyph, p.Name)
			}
		}
	}
}
