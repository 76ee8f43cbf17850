package tsptest

import (
	"fmt"
	"strings"
)

// distinct returns drafts that a TSP with unique names can take one after another.
func (f form) distinct(n int) []draft {
	sample := f.sample()
	all := make([]draft, n)
	for i := range all {
		d := sample
		for _, name := range f.texts() {
			if text, ok := numbered(unquoted(sample[name]), i); ok {
				if changed := d.with(name, quoted(text)); len(f.problems(changed)) == 0 {
					d = changed
				}
			}
		}
		all[i] = d
	}
	return all
}

// numbered replaces the characters before the end, or the @, of a text by a number; the form of
// the text stays. VINs have a check digit and stay as they are.
func numbered(text string, n int) (string, bool) {
	if len(text) == 17 && !strings.ContainsAny(text, " @.") {
		return "", false
	}
	head, tail, mail := strings.Cut(text, "@")
	runes := []rune(head)
	number := []rune(fmt.Sprintf("%03d", n))
	if len(runes) < 4 {
		return "", false
	}
	copy(runes[len(runes)-3:], number)
	if mail {
		return string(runes) + "@" + tail, true
	}
	return string(runes), true
}
