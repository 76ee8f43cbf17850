package postgres

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAnOrdinaryTextIsStoredAsItIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", "Grüße", "\U0010FFFF", "\x02\t\n", strings.Repeat("x", 1<<16)} {
		if got := escaped(text); got != text {
			t.Errorf("%.20q is stored as %.20q", text, got)
		}
	}
}

func TestADamagedTextIsTold(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"\x01", "a\x01", "\x01\x04", "\x01zz", "\x017f", "\x01\x03%", "a\x01\x03"} {
		if text, sealed, err := textOf([]byte(stored)); err == nil {
			t.Errorf("%q is read as %q, %q", stored, text, sealed)
		}
	}
}

func FuzzEveryTextComesBackAndPostgreSQLTakesIt(f *testing.F) {
	for _, seed := range []string{"", "a\x00b", "\x01", "\x01\x03", "\xff\xfe", "ä\x80ä", "\xed\xa0\x80", "a\x01\x02"} {
		f.Add(seed, "other")
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		stored := escaped(text)
		if !utf8.ValidString(stored) || strings.Contains(stored, "\x00") {
			t.Fatalf("%q is stored as %q", text, stored)
		}
		back, sealed, err := textOf([]byte(stored))
		if err != nil || sealed != nil || back != text {
			t.Fatalf("%q came back as %q, %q: %v", text, back, sealed, err)
		}
		if utf8.ValidString(text) && utf8.ValidString(other) &&
			strings.Compare(text, other) != strings.Compare(stored, escaped(other)) {
			t.Fatalf("%q and %q are stored in another order", text, other)
		}
	})
}

func FuzzBytesInAColumnOfTextsComeBackAsBytes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x01\x02text"))
	f.Fuzz(func(t *testing.T, b []byte) {
		stored := escapedBytes(b)
		text, back, err := textOf(stored)
		if err != nil || back == nil || text != "" || !bytes.Equal(back, b) || !utf8.Valid(stored) {
			t.Fatalf("%q came back as %q, %q: %v", b, text, back, err)
		}
	})
}
