package tables

import (
	"slices"
	"strings"
)

// insertion adds rows to a table. Those that come one after another are added by one statement: a database spends
// on each as much as on several rows.
type insertion struct {
	// texts are those of the statements, by how many rows they add.
	texts map[int]string
}

// atOnce are how many rows one statement adds, the most first. Texts are kept by the databases, so they are few.
var atOnce = []int{16, 4, 1}

// inserting is an insertion by the begin of its text, up to the columns, and what is given for a row, in which each value
// that is bound is a ?.
func inserting(into, row string) insertion {
	in := insertion{texts: map[int]string{}}
	for _, n := range atOnce {
		in.texts[n] = into + ` VALUES ` + strings.Join(slices.Repeat([]string{row}, n), `, `)
	}
	return in
}

// bindings is a row of so many values that are bound.
func bindings(n int) string { return `(` + strings.Join(slices.Repeat([]string{`?`}, n), `, `) + `)` }

// toInsert are rows that are not added yet, one after another in args.
type toInsert struct {
	rows int
	args []any
}

// The tables of which rows are added together.
type inserts int

const (
	operationRows inserts = iota
	eventRows
	deliveryRows
	allInserts
)

// insertions are how rows are added to them.
var insertions = [allInserts]insertion{
	operationRows: inserting(`INSERT INTO operation (`+operationColumns+`, handler)`,
		`(`+strings.Repeat(`?, `, 33)+`NULL, NULL, ?, ?, ?, NULL, ?)`),
	eventRows: inserting(`INSERT INTO event (id, name, partner, subject, fleet, fleet_ref, occurred_at, data, kind, own)`, bindings(10)),
	deliveryRows: inserting(`INSERT INTO delivery (seq, subscription, queue, event, subject, state, next_at, created_at, tries)`,
		`(`+strings.Repeat(`?, `, 8)+`0)`),
}

// insert adds a row before the next other statement runs, or the transaction ends. So an error may be told by that, and what args
// point to must stay as it is.
func (t *tx) insert(into inserts, args ...any) error {
	to := &t.pending[into]
	to.rows++
	to.args = append(to.args, args...)
	if to.rows < atOnce[0] {
		return nil
	}
	return t.addRows(into)
}

// inserted adds what is not added yet.
func (t *tx) inserted() error {
	for into := range allInserts {
		if err := t.addRows(into); err != nil {
			return err
		}
	}
	return nil
}

// addRows adds what is not added yet to a table.
func (t *tx) addRows(into inserts) error {
	to := &t.pending[into]
	for to.rows > 0 {
		n := atOnce[slices.IndexFunc(atOnce, func(n int) bool { return n <= to.rows })]
		size := len(to.args) / to.rows * n
		query, args := insertions[into].texts[n], to.args[:size]
		to.rows, to.args = to.rows-n, to.args[size:]
		t.starts(query)
		if err := t.session.Exec(query, args); err != nil {
			return err
		}
	}
	to.args = nil
	return nil
}
