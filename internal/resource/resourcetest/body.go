// Package resourcetest makes bodies for the property tests of whoever reads or describes them.
// It is for tests only.
package resourcetest

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Body draws a body for a write: most of the time one whose members fit the field table, else
// one with a member that is missing, null, of another type, out of bounds or unknown.
func Body(t *rapid.T, s *resource.Schema) []byte {
	// Without broken members nearly every body would be refused for several reasons at once.
	broken := rapid.IntRange(0, 2).Draw(t, "broken members")
	wrong := map[int]bool{}
	for range broken {
		wrong[rapid.IntRange(0, len(s.Fields)-1).Draw(t, "which")] = true
	}
	var members []string
	for i := range s.Fields {
		f := &s.Fields[i]
		if value := member(t, f, wrong[i]); value != "" {
			members = append(members, fmt.Sprintf("%q:%s", f.Name, value))
		}
	}
	if rapid.IntRange(0, 19).Draw(t, "unknown member") == 19 {
		members = append(members, `"colour":"red"`)
	}
	return []byte("{" + strings.Join(members, ",") + "}")
}

// member draws the JSON text of a field; "" leaves it out.
func member(t *rapid.T, f *resource.Field, broken bool) string {
	switch {
	case broken:
		return rapid.SampledFrom(append(junk(), good(f)...)).Draw(t, f.Name)
	case f.Required || rapid.IntRange(0, 3).Draw(t, "give "+f.Name) == 3:
		return rapid.SampledFrom(good(f)).Draw(t, f.Name)
	case f.Nullable && rapid.IntRange(0, 7).Draw(t, "null "+f.Name) == 7:
		return "null"
	}
	return ""
}

// good lists JSON texts that the field takes, most of them at a bound.
func good(f *resource.Field) []string {
	switch f.Type {
	case resource.Integer:
		return []string{"0", "5", "2024", "2024.0", "2.024e3"}
	case resource.Decimal:
		return []string{"0", "1", "10.50", "88.123456789", "1e2"}
	case resource.Boolean:
		return []string{"true", "false"}
	case resource.UUID:
		return []string{`"01890a5d-ac96-774b-bcce-b302099a8057"`, `"01890A5D-AC96-774B-BCCE-B302099A8057"`}
	case resource.UUIDs:
		return []string{`["01890a5d-ac96-774b-bcce-b302099a8057"]`, `["01890a5d-ac96-774b-bcce-b302099a8057","6152526a-a6ee-5861-81dd-06299cdfc037"]`,
			`["01890a5d-ac96-774b-bcce-b302099a8057","01890a5d-ac96-774b-bcce-b302099a8057"]`}
	case resource.DateTime:
		return []string{`"2026-01-15T10:30:00Z"`, `"2026-01-15T10:30:00.123456-05:00"`, `"2024-02-29t23:59:59z"`}
	case resource.Date:
		return []string{`"2026-01-15"`, `"2024-02-29"`}
	case resource.Money:
		return []string{"0", "12.5", `"12.50"`, `"-3"`, `"+.5"`, `"7."`, "-1"}
	case resource.Enum:
		return quoted(f.Values)
	case resource.Enums:
		one := quoted(f.Values)
		return []string{"[]", "[" + one[0] + "]", "[" + strings.Join(one, ",") + "]", "[" + one[0] + "," + one[0] + "]"}
	}
	if f.Pattern != nil {
		return []string{`"USA"`, `"a_1"`}
	}
	return []string{`"x"`, `"Dock 7 is free"`, `"1FUJGLDR5CSBB1001"`, `"+1 555 0100"`, `"Ünïcödé 車両"`, `"` + strings.Repeat("y", 60) + `"`}
}

// junk lists JSON texts that some fields refuse and others take.
func junk() []string {
	return []string{
		"", "null", "true", "0", "-1", "1.5", "90.1", "181", "1e16", "1e400", "-0", "9007199254740991",
		`""`, `" "`, `"\u00a0\u2003"`, `"\u0000"`, `"a\u0000b"`, `"\ufeff"`, `"USAX"`, `"US"`, `"é_1"`, `"low"`, `"LITER"`, `"true"`, `"7"`, `"."`, `"1e5"`, `"1,5"`,
		`"2026-02-30"`, `"2026-1-5"`, `"2026-01-15"`, `"2026-01-15T10:30:00"`, `"2026-01-15 10:30:00Z"`, `"2026-02-30T10:30:00Z"`,
		`"2026-01-15T10:30:60Z"`, `"2026-01-15T24:00:00Z"`, `"2026-01-15T10:30:00,5Z"`, `"2026-01-15T10:30:00+24:00"`, `"2016-12-31T23:59:60Z"`,
		`"01890a5d-ac96-774b-bcce-b302099a805"`, `"urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057"`, `"{01890a5d-ac96-774b-bcce-b302099a8057}"`,
		`"01890a5dac96774bbcceb302099a8057"`, `"01890a5d-ac96-774b-bcce-b302099a80zz"`,
		"[]", "[null]", "[1]", `["x"]`, "{}", `{"a":1}`, `"` + strings.Repeat("z", 300) + `"`,
	}
}

func quoted(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = `"` + v + `"`
	}
	return out
}
