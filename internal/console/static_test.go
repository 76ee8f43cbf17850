package console

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// read returns all embedded files of an ending, by their paths.
func read(t *testing.T, from fs.FS, ending string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ending) {
			return err
		}
		text, err := fs.ReadFile(from, path)
		all[path] = string(text)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files end with %s: %v", len(all), ending, err)
	}
	return all
}

func TestNoTemplateHoldsWhatThePolicyKeepsOut(t *testing.T) {
	for path, text := range read(t, templates, ".html") {
		for what, form := range map[string]string{"a style": `\sstyle=`, "a handler": `\son[a-z]+=`, "a style sheet": `<style`,
			"a script of its own": `<script[^>]*>[^<]`, "htmx's handlers": `hx-on`, "a filter of a trigger": `hx-trigger="[^"]*\[`, "what is evaluated": `js:`, "another's file": `(src|href)="https?:`} {
			if found := regexp.MustCompile(form).FindString(text); found != "" {
				t.Errorf("%s holds %s: %q", path, what, found)
			}
		}
	}
}

// luminance is that of a colour such as #8f9188, as WCAG 2.1 defines it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestEveryTextIsReadOnEveryPaperInBothThemes(t *testing.T) {
	tokens := regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
	colours := map[string][2]string{}
	for _, m := range tokens.FindAllStringSubmatch(read(t, static, "1-tokens.css")["static/1-tokens.css"], -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	contrast := func(a, b string, theme int) float64 {
		for _, name := range []string{a, b} {
			if colours[name][theme] == "" {
				t.Fatalf("there is no colour %s", name)
			}
		}
		x, y := luminance(t, colours[a][theme]), luminance(t, colours[b][theme])
		return (max(x, y) + 0.05) / (min(x, y) + 0.05)
	}
	for theme, name := range []string{"light", "dark"} {
		for _, paper := range []string{"canvas", "surface", "sunken", "hover"} {
			for _, text := range []string{"ink", "ink-2", "ink-3", "ok", "go", "wait", "bad", "ask", "idle"} {
				if c := contrast(text, paper, theme); c < 4.5 {
					t.Errorf("%s on %s is %.2f:1 in the %s theme", text, paper, c, name)
				}
			}
			for _, edge := range []string{"control", "focus"} {
				if c := contrast(edge, paper, theme); c < 3 && paper != "hover" && paper != "sunken" {
					t.Errorf("the edge %s on %s is %.2f:1 in the %s theme", edge, paper, c, name)
				}
			}
		}
		for _, state := range []string{"ok", "go", "wait", "bad", "ask", "idle"} {
			for _, text := range []string{state, "ink-2"} {
				if c := contrast(text, state+"-bg", theme); c < 4.5 {
					t.Errorf("%s on the tint of %s is %.2f:1 in the %s theme", text, state, c, name)
				}
			}
		}
		if c := contrast("ink-invert", "ink", theme); c < 4.5 {
			t.Errorf("a main button is %.2f:1 in the %s theme", c, name)
		}
	}
}

func TestEveryClassOfTheTemplatesHasAStyle(t *testing.T) {
	style := ""
	for _, text := range read(t, static, ".css") {
		style += text
	}
	classes := regexp.MustCompile(`class="([^"]*)"`)
	for path, text := range read(t, templates, ".html") {
		for _, m := range classes.FindAllStringSubmatch(text, -1) {
			for _, class := range strings.Fields(regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAllString(m[1], " ")) {
				if !regexp.MustCompile(`\.` + class + `\b`).MatchString(style) {
					t.Errorf("%s has the class %s, of which no style speaks", path, class)
				}
			}
		}
	}
}
