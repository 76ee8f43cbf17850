package record

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// likeness tells whether two values are equal, and whether they say the same in another spelling.
type likeness func(sent, held jsontext.Value) (exact, spelt bool)

// Numbers that differ by no more than this part of them are one number in other digits, and by no more than that part
// one that was rounded: TSPs keep whole metres and tenths of litres.
const (
	inDigits = 1e-9
	rounded  = 1e-3
)

// sameBy compares values of a type.
func sameBy(t resource.Type) likeness {
	switch t {
	case resource.Integer, resource.Decimal, resource.Money:
		return sameNumber
	case resource.Enums, resource.UUIDs, Texts:
		return same(sameSet)
	case resource.DateTime:
		return same(sameSecond)
	}
	return sameText
}

// same is a likeness that knows no other spelling.
func same(equal func(a, b jsontext.Value) bool) likeness {
	return func(sent, held jsontext.Value) (bool, bool) { return equal(sent, held), false }
}

// sameValue compares JSON values, however they are written.
func sameValue(a, b jsontext.Value) bool {
	one, two := a.Clone(), b.Clone()
	return one.Canonicalize() == nil && two.Canonicalize() == nil && string(one) == string(two)
}

// sameText compares texts, and anything else as it is. Case, space and signs, as between the digits of a telephone number,
// are spelling.
func sameText(sent, held jsontext.Value) (exact, spelt bool) {
	if sameValue(sent, held) {
		return true, false
	}
	var a, b string
	if sent.Kind() != '"' || json.Unmarshal(sent, &a) != nil || json.Unmarshal(held, &b) != nil {
		return false, false
	}
	return false, bare(a) != "" && bare(a) == bare(b)
}

// bare is a text without what is spelling.
func bare(text string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, text))
}

// sameNumber compares numbers, which may stand in texts.
func sameNumber(sent, held jsontext.Value) (exact, spelt bool) {
	a, is := asNumber(sent)
	b, too := asNumber(held)
	if !is || !too {
		return sameValue(sent, held), false
	}
	apart, size := math.Abs(a-b), max(math.Abs(a), math.Abs(b))
	return apart <= inDigits*size, apart <= rounded*size
}

func asNumber(raw jsontext.Value) (float64, bool) {
	text := string(raw)
	if raw.Kind() == '"' && json.Unmarshal(raw, &text) != nil || raw.Kind() != '"' && raw.Kind() != '0' {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// sameSet compares lists whatever their order.
func sameSet(a, b jsontext.Value) bool {
	var x, y []string
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return sameValue(a, b)
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}

// sameSecond compares times to the second, which is as exact as TSPs keep them.
func sameSecond(a, b jsontext.Value) bool {
	var x, y time.Time
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return sameValue(a, b)
	}
	return x.Truncate(time.Second).Equal(y.Truncate(time.Second))
}

// nothing tells whether a value is none.
func nothing(v jsontext.Value) bool {
	return v.Kind() == 'n' || string(v) == `""` || string(v) == "[]"
}
