package tsp

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/wire"
)

// named finds what stands under a name that speaks of a secret in a text of any form.
var named = regexp.MustCompile(`(?i)([a-z0-9_.-]*(?:passw|passphrase|pwd|secret|token|authoriz|cookie|credential|` +
	`api_?-?key|access_?-?key|private_?-?key|session_?-?id|signature)[a-z0-9_.-]*["']?\s*[:=][\s\[]*)` +
	`((?:bearer|basic|digest)\s+)?("(?:[^"\\]|\\.)*"?|'[^']*'?|[^"'&,;\s<>{}]+)`)

// maskNamed hides it. Most texts hold no such name, which is found out for less.
func maskNamed(text string) string {
	if !strings.ContainsAny(text, ":=") || !secretName(text) {
		return text
	}
	return named.ReplaceAllString(text, "${1}"+wire.Mask)
}

// free hides in a text that is neither JSON nor a form, such as a web page. One that holds a secret under another
// spelling than those that are hidden is not shown at all.
func (r Redaction) free(body []byte) shown {
	out := shown{cut: len(body) > r.reach()}
	before := strings.ToValidUTF8(string(body[:min(len(body), r.reach())]), "\uFFFD")
	for _, other := range respelled(before) {
		if other != before && r.Secrets.Redact(other) != other {
			return shown{wire.Mask, true, out.cut}
		}
	}
	out.text = before
	if !r.words {
		out.text = maskNamed(before)
	}
	out.text = r.Secrets.Redact(out.text)
	out.hid = out.text != before
	// The begin of a secret may stand at the end.
	if out.cut && len(r.Secrets) > 0 {
		out.text = whole(out.text[:max(0, len(out.text)-len(r.Secrets[0]))])
	}
	return out
}

// escaped finds characters as JSON and JavaScript escape them.
var escaped = regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|/)`)

// respelled are the texts that somebody may read in one.
func respelled(text string) []string {
	out := []string{html.UnescapeString(text), escaped.ReplaceAllStringFunc(text, func(one string) string {
		if n, err := strconv.ParseUint(one[2:], 16, 32); err == nil {
			return string(rune(n))
		}
		return one[1:]
	})}
	if plain, err := url.PathUnescape(text); err == nil {
		out = append(out, plain)
	}
	return out
}
