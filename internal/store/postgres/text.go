package postgres

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// PostgreSQL's text holds neither NUL nor what is no UTF-8, and it does not hold bytes beside texts, as a
// column does in which some texts are sealed. Here alone is how these are stored. Any text without U+0000,
// U+0001 and bytes that are no UTF-8 is stored as it is. In others U+0001 begins an escape:
//
//	U+0001 U+0001    U+0000
//	U+0001 U+0002    U+0001
//	U+0001 8 0       a byte that is no UTF-8, in two hexadecimal digits (80 to ff)
//	U+0001 U+0003    at the beginning: bytes follow, in base64
//
// U+0000 and U+0001 sort as they did; a byte that is no UTF-8 sorts before all texts but these.
const (
	escape      = '\x01'
	escapedNUL  = '\x01'
	escapedSelf = '\x02'
	sealedMark  = "\x01\x03"
)

// escaped is a text as it is stored.
func escaped(text string) string {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 && strings.IndexByte(text, escape) < 0 {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == 0:
			out.WriteString(string(escape) + string(escapedNUL))
		case r == escape:
			out.WriteString(string(escape) + string(escapedSelf))
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&out, string(escape)+"%02x", text[i])
		default:
			out.WriteString(text[i : i+n])
		}
		i += n
	}
	return out.String()
}

// escapedBytes are bytes as they are stored in a column of texts.
func escapedBytes(b []byte) []byte {
	out := make([]byte, 0, len(sealedMark)+base64.RawStdEncoding.EncodedLen(len(b)))
	return base64.RawStdEncoding.AppendEncode(append(out, sealedMark...), b)
}

// textOf is what was stored in a column of texts. It is bytes if these were; then text is "".
func textOf(stored []byte) (text string, bytes []byte, err error) {
	if strings.IndexByte(string(stored), escape) < 0 {
		return string(stored), nil, nil
	}
	if rest, ok := strings.CutPrefix(string(stored), sealedMark); ok {
		bytes, err = base64.RawStdEncoding.AppendDecode([]byte{}, []byte(rest))
		return "", bytes, err
	}
	text, err = unescaped(string(stored))
	return text, nil, err
}

func unescaped(stored string) (string, error) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(stored, string(escape))
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		width := 1
		switch {
		case strings.HasPrefix(after, string(escapedNUL)):
			out.WriteByte(0)
		case strings.HasPrefix(after, string(escapedSelf)):
			out.WriteByte(escape)
		default:
			width = 2
			b, err := strconv.ParseUint(after[:min(width, len(after))], 16, 8)
			if err != nil || b < utf8.RuneSelf {
				return "", fmt.Errorf("the text is damaged: U+0001 does not begin an escape at byte %d of %d",
					out.Len(), len(stored))
			}
			out.WriteByte(byte(b))
		}
		stored = after[width:]
	}
}
