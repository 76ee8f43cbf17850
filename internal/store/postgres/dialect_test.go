package postgres

import "testing"

func TestTextsOfTheTablesAreReadAsPostgreSQLReadsThem(t *testing.T) {
	t.Parallel()
	for says, c := range map[string][2]string{
		"numbered parameters":        {`a = ?1 AND b = ?12 AND c = ?1`, `a = $1 AND b = $12 AND c = $1`},
		"parameters in order":        {`VALUES (?, ?), (?, ?)`, `VALUES ($1, $2), ($3, $4)`},
		"both":                       {`?2 ? ?1 ?`, `$2 $3 $1 $4`},
		"quotations":                 {`'?1 it''s ?' "a?" ?`, `'?1 it''s ?' "a?" $1`},
		"comments":                   {"-- why?\n? /* ?1 */ ?", "-- why?\n$1 /* ?1 */ $2"},
		"what does not end":          {`? 'a?`, `$1 'a?`},
		"a quote at the end":         {`?'`, `$1'`},
		"an index that is named":     {`FROM a INDEXED BY a_by_b WHERE`, `FROM a WHERE`},
		"an index over lines":        {"FROM a AS x INDEXED BY a_by_b\n\tWHERE ?", "FROM a AS x \n\tWHERE $1"},
		"an index at the end":        {`FROM a INDEXED BY b`, `FROM a `},
		"words that only look so":    {`UNINDEXED BY b, INDEXED_BY c`, `UNINDEXED BY b, INDEXED_BY c`},
		"an index within quotations": {`'INDEXED BY a'`, `'INDEXED BY a'`},
		"a list that is asked for":   {`a IN (SELECT b FROM c WHERE d = (1) AND e IN ( SELECT ?)) AND f`, `a = ANY (ARRAY (SELECT b FROM c WHERE d = (1) AND e = ANY (ARRAY (SELECT $1)))) AND f`},
		"a list of what is not":      {`a NOT IN (SELECT b) AND c IN ('d', 'e')`, `a NOT IN (SELECT b) AND c IN ('d', 'e')`},
		"a list of several columns":  {`(a, b) IN (SELECT c, d)`, `(a, b) IN (SELECT c, d)`},
		"letters beyond ASCII":       {`'ä' || "ö?" || ü?`, `'ä' || "ö?" || ü$1`},
	} {
		if got := Native(c[0]); got != c[1] {
			t.Errorf("%s: %q, want %q", says, got, c[1])
		}
	}
}

func FuzzNoTextKeepsThePlaceOfAParameterOutsideOfQuotations(f *testing.F) {
	f.Add(`SELECT ?1, '?', "?" /* ? */ -- ?`)
	f.Fuzz(func(t *testing.T, text string) { Native(text) })
}
