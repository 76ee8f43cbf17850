package main

import (
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// anchor is how a heading is linked to.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, heading)
}

func TestEveryLinkOfADocumentLeadsSomewhere(t *testing.T) {
	t.Parallel()
	all := documents(t)
	anchors := map[string]map[string]bool{}
	for page, text := range all {
		anchors[page] = map[string]bool{}
		for _, found := range headings.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
			anchors[page][anchor(found[1])] = true
		}
	}
	seen := 0
	for page, text := range all {
		for _, found := range links.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
			to, err := url.Parse(found[1])
			if err != nil || to.IsAbs() {
				continue
			}
			seen++
			target := page
			if to.Path != "" {
				target = path.Join(path.Dir(page), to.Path)
			}
			if _, err := os.Stat("../../" + target); err != nil {
				t.Errorf("%s leads to %s, which is not there", page, found[1])
			}
			if known, ours := anchors[target]; ours && to.Fragment != "" && !known[to.Fragment] {
				t.Errorf("%s leads to %s, and there is no such heading", page, found[1])
			}
		}
	}
	if seen < 150 {
		t.Errorf("only %d links were found", seen)
	}
}
