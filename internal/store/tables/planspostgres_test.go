package tables_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waybill-dev/waybill/internal/store/postgres"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// judgePlansOfPostgres judges every statement that was heard by the plan that PostgreSQL has for it whatever it is given.
// Reading a table from end to end is made as good as impossible, so that it is planned only where no index helps.
func judgePlansOfPostgres(t *testing.T, heard *recorder) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), postgrestest.Migrated(t, postgres.Migrate))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	p := planOf{t: t, conn: conn, tables: map[string]string{}}
	p.run(`SET enable_seqscan = off`)
	p.run(`SET plan_cache_mode = force_generic_plan`)
	p.run(`SET enable_hashjoin = off`)
	p.run(`SET enable_mergejoin = off`)
	for _, index := range p.run(`SELECT indexname || ' ' || tablename FROM pg_indexes`) {
		name, table, _ := strings.Cut(index, " ")
		p.tables[name] = table
	}
	for _, text := range slices.Sorted(maps.Keys(heard.texts)) {
		if text = flat(text); reads.MatchString(text) && !ofSQLite.MatchString(text) {
			p.judge(text)
		}
	}
}

// ofSQLite are what SQLite alone is asked.
var ofSQLite = regexp.MustCompile(`sqlite_|goose_db_version|pragma_|dbstat`)

// planOf judges how PostgreSQL carries statements out. tables are those of indexes.
type planOf struct {
	t      *testing.T
	conn   *pgx.Conn
	tables map[string]string
}

// run returns the first column of what a text without parameters answers.
func (p planOf) run(text string) (all []string) {
	p.t.Helper()
	answers, err := p.conn.PgConn().Exec(p.t.Context(), text).ReadAll()
	if err != nil {
		p.t.Errorf("%v: %s", err, text)
		return nil
	}
	for _, answer := range answers {
		for _, row := range answer.Rows {
			all = append(all, string(row[0]))
		}
	}
	return all
}

// parameter is one of a text as PostgreSQL reads it.
var parameter = regexp.MustCompile(`\$(\d+)`)

// step is a step of a plan.
type step struct {
	Kind  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	By    string `json:"Index Cond"`
	Steps []step `json:"Plans"`
}

func (p planOf) judge(text string) {
	p.t.Helper()
	of, last := postgres.Native(text), 0
	for _, found := range parameter.FindAllStringSubmatch(of, -1) {
		n, _ := strconv.Atoi(found[1])
		last = max(last, n)
	}
	p.run(`PREPARE judged AS ` + of)
	given := ""
	if last > 0 {
		given = "(NULL" + strings.Repeat(", NULL", last-1) + ")"
	}
	told := p.run(`EXPLAIN (FORMAT JSON) EXECUTE judged` + given)
	p.run(`DEALLOCATE ALL`)
	var plans []struct{ Plan step }
	if err := json.Unmarshal([]byte(strings.Join(told, "\n")), &plans); err != nil || len(plans) != 1 {
		p.t.Errorf("%v: the plan of %s", err, text)
		return
	}
	p.follow(text, plans[0].Plan)
}

// follow refuses a step that reads all of a table that grows, or of an index of it, unless the statement has a permit.
func (p planOf) follow(text string, s step) {
	p.t.Helper()
	table := s.Table
	if table == "" {
		table = p.tables[s.Index]
	}
	if strings.HasSuffix(s.Kind, "Scan") && table != "" && s.By == "" && s.Kind != "Bitmap Heap Scan" && small()[table] == "" &&
		!slices.ContainsFunc(permits(), func(one permit) bool { return one.table == table && strings.Contains(text, one.text) }) {
		p.t.Errorf("%s of %s %s in %s", s.Kind, table, s.Index, text)
	}
	for _, next := range s.Steps {
		p.follow(text, next)
	}
}
