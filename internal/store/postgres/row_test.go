package postgres_test

import (
	"database/sql"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/store/engine"
)

type (
	word  string
	count int
	truth bool
)

func TestWhatIsBoundToAColumnIsReadAsItWas(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	id, text, eight := uuid.New(), "a\x00b", 8
	for says, c := range map[string]struct {
		column string
		arg    any
		want   any
	}{
		"a text":                     {"t", "text", "text"},
		"a text with NUL":            {"t", text, text},
		"a text that is no UTF-8":    {"t", "\xffa\x01", "\xffa\x01"},
		"bytes in a column of texts": {"t", []byte{0, 255}, []byte{0, 255}},
		"no bytes, but not NULL":     {"t", []byte{}, []byte{}},
		"a named text":               {"t", word("w"), "w"},
		"a pointer":                  {"t", &text, text},
		"a pointer to nothing":       {"t", (*string)(nil), nil},
		"NULL":                       {"t", nil, nil},
		"nil bytes":                  {"b", []byte(nil), nil},
		"bytes":                      {"b", id[:], id[:]},
		"a text in bytes":            {"b", "x\x00", []byte("x\x00")},
		"a number":                   {"i", 5, int64(5)},
		"a negative small one":       {"s", int64(-5), int64(-5)},
		"a named number":             {"i", count(6), int64(6)},
		"a pointer to a number":      {"i", &eight, int64(8)},
		"truth in a number":          {"i", true, int64(1)},
		"a number in truth":          {"is_so", 1, int64(1)},
		"named truth":                {"is_so", truth(false), int64(0)},
		"a fraction":                 {"f", 1.5, 1.5},
		"a number in a fraction":     {"f", 2, 2.0},
	} {
		begin(t, s)
		if err := s.Exec(`INSERT INTO thing (id, `+c.column+`) VALUES (1, ?1)`, []any{c.arg}); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
		var got any
		if err := s.Query(`SELECT `+c.column+` FROM thing`, nil, func(r engine.Row) error { return r.Scan(&got) }); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", says, diff)
		}
		if err := s.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatDoesNotFitAColumnIsRefused(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	for query, args := range map[string][]any{
		`SELECT 1 FROM thing WHERE i = ?1`: {int64(math.MaxInt64)},
		`SELECT 1 FROM thing WHERE s = ?1`: {40_000},
		`SELECT 1 FROM thing WHERE t = ?1`: {1},
		`SELECT 1 FROM thing WHERE b = ?1`: {1},
		`SELECT 2 FROM thing WHERE i = ?1`: {"1"},
		`SELECT 3 FROM thing WHERE i = ?1`: {1, 2},
		`SELECT 4 FROM thing WHERE i = ?1`: {struct{}{}},
	} {
		err := e.Query(t.Context(), engine.Kept, query, args, func(engine.Row) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "argument") {
			t.Errorf("%s with %v: %v", query, args, err)
		}
	}
}

func TestARowIsReadByTheRulesOfSQLite(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	id := uuid.New()
	type read struct {
		Text           string
		Word           word
		Bytes, Nothing []byte
		ID             uuid.UUID
		Number         int64
		Count          count
		True, One      bool
		Truth          int
		Fraction, Sum  float64
		Absent         sql.NullString
		Held           sql.NullInt64
		Of             string
	}
	var got read
	err := e.Query(t.Context(), engine.Kept, `SELECT 'text', 'word', 'bytes', NULL::text, ?1::bytea, 7, 8::smallint, true, 1, false,
		1.5::float8, sum(n), NULL::text, 9::bigint, 'by'::bytea FROM (VALUES (5000000000::bigint), (5)) v (n)`, []any{id[:]},
		func(r engine.Row) error {
			return r.Scan(&got.Text, &got.Word, &got.Bytes, &got.Nothing, &got.ID, &got.Number, &got.Count, &got.True, &got.One,
				&got.Truth, &got.Fraction, &got.Sum, &got.Absent, &got.Held, &got.Of)
		})
	want := read{Text: "text", Word: "word", Bytes: []byte("bytes"), ID: id, Number: 7, Count: 8, True: true, One: true,
		Fraction: 1.5, Sum: 5000000005, Held: sql.NullInt64{Int64: 9, Valid: true}, Of: "by"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestNumericsAreReadAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	for text, want := range map[string]any{"0": int64(0), "10000": int64(10000), "-123456789012345678": int64(-123456789012345678),
		"90000000": int64(90000000), "0.5": 0.5, "12.25": 12.25, "1e20": 1e20, "-0.0001": -0.0001} {
		if got := read[any](t, e, `SELECT '`+text+`'::numeric`); got != want {
			t.Errorf("%s is read as %v", text, got)
		}
	}
	var n int64
	err := e.Query(t.Context(), engine.Kept, `SELECT 'NaN'::numeric`, nil, func(r engine.Row) error { return r.Scan(&n) })
	if err == nil {
		t.Errorf("NaN is read as %d", n)
	}
}

func TestNULLIsRefusedWhereNothingCanHoldIt(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	for _, into := range []any{new(string), new(int64), new(int), new(bool), new(float64), new(word)} {
		err := e.Query(t.Context(), engine.Kept, `SELECT NULL::text AS it`, nil, func(r engine.Row) error { return r.Scan(into) })
		if err == nil || !strings.Contains(err.Error(), "column 0 (it)") {
			t.Errorf("into a %T: %v", into, err)
		}
	}
}

func TestColumnsHaveTheirNames(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	var names []string
	err := e.Query(t.Context(), engine.Kept, `SELECT 1 AS one, 2 AS two`, nil, func(r engine.Row) (err error) {
		names, err = r.Columns()
		return err
	})
	if diff := cmp.Diff([]string{"one", "two"}, names); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
