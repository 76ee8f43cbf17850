package tsp

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/wire"
)

// Secrets are texts that nobody may see, in all their spellings and in the order in which they are
// hidden: the longest first, so that one that contains another is hidden whole.
type Secrets []string

// SecretsOf returns texts as they are, as URLs and forms have them, and as JSON quotes them. Empty
// ones are none.
func SecretsOf(texts ...string) Secrets {
	var all Secrets
	for _, text := range texts {
		if text == "" {
			continue
		}
		all = append(all, text, url.QueryEscape(text), url.PathEscape(text))
		if quoted, err := json.Marshal(text); err == nil {
			all = append(all, strings.Trim(string(quoted), `"`))
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(all)
}

// The lengths, in bytes, from which a secret is hidden wherever it stands, and where it stands as a
// word. Shorter ones are parts of the words that tell what is wrong, or such words themselves, and
// hidden as values alone: in quotes or behind an equals sign. No TSP gives out or takes a password
// that short; it is a slip of whoever connects.
const (
	hiddenAnywhere = 6
	hiddenAsWord   = 3
)

// Redact hides the secrets in a text.
func (s Secrets) Redact(text string) string {
	for _, secret := range s {
		if len(secret) >= hiddenAnywhere {
			text = strings.ReplaceAll(text, secret, wire.Mask)
			continue
		}
		text = redactShort(text, secret)
	}
	return text
}

func redactShort(text, secret string) string {
	var out strings.Builder
	for at := 0; ; {
		i := strings.Index(text[at:], secret)
		if i < 0 {
			out.WriteString(text[at:])
			return out.String()
		}
		begin, end := at+i, at+i+len(secret)
		before, _ := utf8.DecodeLastRuneInString(text[:begin])
		after, _ := utf8.DecodeRuneInString(text[end:])
		out.WriteString(text[at:begin])
		alone := !isWord(before) && !isWord(after)
		if alone && (len(secret) >= hiddenAsWord || strings.ContainsRune("\"'`=", before)) {
			out.WriteString(wire.Mask)
		} else {
			out.WriteString(secret)
		}
		at = end
	}
}

// isWord takes what is no valid rune, such as the one before the begin of a text, for none of a word.
func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
