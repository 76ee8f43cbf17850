package tables_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// judgePlans judges every statement that was heard, on a database without statistics, as that of a service is: so plans
// follow from the indexes alone, whatever the tables hold.
func judgePlans(t *testing.T, heard *recorder, migrated file) {
	t.Helper()
	conn, err := sqlite3.Open("file:" + migrated.path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := planner{t: t, conn: conn, used: map[string]bool{}, names: map[string]*regexp.Regexp{}}
	p.tables = p.read(`SELECT name FROM sqlite_master WHERE type = 'table'`, 0)
	for _, text := range slices.Sorted(maps.Keys(heard.texts)) {
		p.judge(text)
	}
	for _, permit := range permits() {
		if !p.used[permit.text] {
			t.Errorf("no statement needs its permit: %s", permit.text)
		}
	}
}

// planner judges how statements are carried out.
type planner struct {
	t      *testing.T
	conn   *sqlite3.Conn
	tables []string
	used   map[string]bool
	// names find what stands before a name.
	names map[string]*regexp.Regexp
}

// read runs a query without parameters and returns a column of its rows.
func (p *planner) read(query string, column int) (all []string) {
	s, _, err := p.conn.Prepare(query)
	if err != nil {
		p.t.Errorf("%s: %v", query, err)
		return nil
	}
	defer s.Close()
	for s.Step() {
		all = append(all, s.ColumnText(column))
	}
	return all
}

var reads = regexp.MustCompile(`^(?i:SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// judge refuses a statement that reads all of a table that grows, or that sorts what it has read, unless it
// has a permit.
func (p *planner) judge(text string) {
	text = flat(text)
	if !reads.MatchString(text) || strings.Contains(text, "goose_db_version") || strings.Contains(text, "sqlite_master") {
		return
	}
	for _, step := range p.read("EXPLAIN QUERY PLAN "+text, 3) {
		scanned, scans := strings.CutPrefix(step, "SCAN ")
		sorts := strings.HasPrefix(step, "USE TEMP B-TREE")
		if !sorts && !scans {
			continue
		}
		table := p.table(text, strings.Fields(scanned + " ?")[0])
		if !sorts && (table == "" || small()[table] != "") {
			continue
		}
		i := slices.IndexFunc(permits(), func(one permit) bool {
			return strings.Contains(text, one.text) && (one.table == table || sorts && one.sorts)
		})
		if i < 0 {
			p.t.Errorf("%s (of %s) in %s", step, table, text)
			continue
		}
		p.used[permits()[i].text] = true
	}
}

// table is what a name in a plan stands for; "" if that is no table, such as a list of values.
func (p *planner) table(text, name string) string {
	if slices.Contains(p.tables, name) {
		return name
	}
	if p.names[name] == nil {
		p.names[name] = regexp.MustCompile(`\b(` + strings.Join(p.tables, "|") + `) (AS )?` + regexp.QuoteMeta(name) + `\b`)
	}
	if found := p.names[name].FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// flat is a statement on one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// permit lets the statements that hold a text scan a table, or sort, for a reason.
type permit struct {
	text, table string
	sorts       bool
	reason      string
}

// small tables do not grow, each for a reason.
func small() map[string]string {
	return map[string]string{
		"meta":                 "holds a few values of the process",
		"revocation":           "holds tokens that have not ended, of clients that were taken theirs: an hour's",
		"connection_draft":     "holds credentials for the hour that they may be used",
		"delivery_number":      "holds one row",
		"connection_leaving":   "holds connections that were deleted of late, until their records are settled",
		"subscription_leaving": "holds subscriptions that were deleted of late",
	}
}
