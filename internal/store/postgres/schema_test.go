package postgres_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// shared are the tables that both databases have, as a list in a statement. PostgreSQL has further ones, for
// replicas.
func (p pair) shared(t *testing.T) string {
	t.Helper()
	names := told(t, p.lite, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name <> 'goose_db_version'`)
	return `('` + strings.Join(names, `', '`) + `')`
}

func TestEachColumnOfSQLiteHasItsCounterpart(t *testing.T) {
	t.Parallel()
	both := newPair(t, postgrestest.Shared(t))
	lite := told(t, both.lite, `SELECT m.name, c.cid + 1, c.name,
			CASE WHEN c.name = 'url_key' THEN 'text C' WHEN c.type = 'BLOB' THEN 'bytea' WHEN c.type = 'INTEGER'
				THEN 'bigint' WHEN c.type = 'TEXT' THEN 'text C' WHEN c.type = 'REAL' THEN 'double precision' ELSE c.type END,
			c."notnull" = 1 OR c.pk > 0,
			CASE WHEN c.type = 'BLOB' AND c.name <> 'url_key' AND c.dflt_value = '''''' THEN '''\x'''
				ELSE replace(c.dflt_value, 'x''', '''\x') END
		FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' ORDER BY m.name, c.cid`)
	pg := told(t, both.pg, `SELECT table_name, ordinal_position, column_name,
			data_type || coalesce(' ' || collation_name, ''), CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END,
			regexp_replace(column_default, '::(text|bytea)$', '')
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN `+both.shared(t)+`
		ORDER BY table_name COLLATE "C", ordinal_position`)
	same(t, lite, pg)
}

func TestEachKeyOfSQLiteHasItsCounterpart(t *testing.T) {
	t.Parallel()
	both := newPair(t, postgrestest.Shared(t))
	t.Run("primary keys", func(t *testing.T) {
		same(t, told(t, both.lite, `SELECT name, (SELECT group_concat(c.name, ', ' ORDER BY c.pk)
				FROM pragma_table_info(m.name) c WHERE c.pk > 0) AS key
			FROM sqlite_master m WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'
				AND key IS NOT NULL ORDER BY name`),
			told(t, both.pg, `SELECT conrelid::regclass, (SELECT string_agg(attname, ', ' ORDER BY n)
					FROM unnest(conkey) WITH ORDINALITY AS k (attnum, n) JOIN pg_attribute a USING (attnum)
					WHERE attrelid = conrelid)
				FROM pg_constraint WHERE contype = 'p' AND connamespace = current_schema()::regnamespace
					AND conrelid::regclass::text IN `+both.shared(t)+`
				ORDER BY conrelid::regclass::text COLLATE "C"`))
	})
	t.Run("what refers to other tables", func(t *testing.T) {
		same(t, told(t, both.lite, `SELECT m.name, f."from", f."table", f.on_delete
			FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2`),
			told(t, both.pg, `SELECT conrelid::regclass, attname, confrelid::regclass,
					CASE confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' END
				FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
				WHERE contype = 'f' ORDER BY conrelid::regclass::text COLLATE "C", attname COLLATE "C"`))
	})
}

// otherIndexes are those in which a text of any length stands as a hash.
var otherIndexes = map[string]string{
	"subscription_once": "subscription (partner, event_name, fits(url_key), fits(filters)) WHERE status <> 'deleted'",
}

// alternatives are what SQLite compares one by one with a column, and PostgreSQL by IN: each takes its own form for less.
var alternatives = regexp.MustCompile(`\(\w+ = '\w+'(?: OR \w+ = '\w+'){2,}\)`)

func asIn(text string) string {
	column, _, _ := strings.Cut(strings.Trim(text, "()"), " ")
	values := regexp.MustCompile(`\w+ = ('\w+')`).FindAllStringSubmatch(text, -1)
	var all []string
	for _, v := range values {
		all = append(all, v[1])
	}
	return column + " IN (" + strings.Join(all, ", ") + ")"
}

func TestEachIndexOfSQLiteHasItsCounterpartWordForWord(t *testing.T) {
	t.Parallel()
	both := newPair(t, postgrestest.Shared(t))
	var names []string
	for _, line := range told(t, both.lite, `SELECT name, replace(sql, char(10), ' ') FROM sqlite_master
		WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`) {
		name, text, _ := strings.Cut(line, " | ")
		names = append(names, name)
		before, on, _ := strings.Cut(text, " "+name+" ON ")
		if other, ok := otherIndexes[name]; ok {
			on = other
		}
		on = alternatives.ReplaceAllStringFunc(on, asIn)
		// An expression stands in parentheses of its own there.
		on = strings.Replace(on, "(client || ':' || id)", "((client || ':' || id))", 1)
		if _, err := both.pg.ExecContext(t.Context(), before+" made_as_there ON "+on); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defined := `SELECT regexp_replace(indexdef, ' INDEX \w+ ', ' INDEX ') FROM pg_indexes WHERE indexname = $1`
		t.Run(name, func(t *testing.T) {
			same(t, told(t, both.pg, defined, "made_as_there"), told(t, both.pg, defined, name))
		})
		if _, err := both.pg.ExecContext(t.Context(), `DROP INDEX made_as_there`); err != nil {
			t.Fatal(err)
		}
	}
	// operation_failed is what the release before reads by; see 00026_failed_list.
	names = append(names, "receiver_by_url", "operation_failed")
	slices.Sort(names)
	same(t, names, told(t, both.pg, `SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename IN `+
		both.shared(t)+` AND indexname !~ '_(pkey|key)$' ORDER BY indexname COLLATE "C"`))
}

func TestEachTriggerOfSQLiteHasItsCounterpart(t *testing.T) {
	t.Parallel()
	both := newPair(t, postgrestest.Shared(t))
	same(t, told(t, both.lite, `SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'
			UNION SELECT 'audit', 'audit_is_not_truncated' ORDER BY name`),
		told(t, both.pg, `SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal
			ORDER BY tgname COLLATE "C"`))
}

func TestTextsOfAnyLengthAreKeptOnceWhereTheyMayBeOnlyOnce(t *testing.T) {
	t.Parallel()
	db := newPair(t, postgrestest.Shared(t)).pg
	// What is random is not made shorter by compressing it.
	long := strings.Join(told(t, db, `SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 1000)`), "")
	subscribe := func(id, filters string) error {
		_, err := db.ExecContext(t.Context(), `INSERT INTO subscription
			(id, partner, url, event_name, filters, sealed, status, created_at, updated_at, url_key)
			VALUES (unhex($1), unhex('01'), $2::text, 'e', $3, unhex(''), 'active', 0, 0, $2)`, id, long, filters)
		return err
	}
	if err := subscribe("aa", long); err != nil {
		t.Fatal(err)
	}
	if err := subscribe("bb", long+"!"); err != nil {
		t.Errorf("another one was refused: %v", err)
	}
	if err := subscribe("cc", long); err == nil || !strings.Contains(err.Error(), "subscription_once") {
		t.Errorf("the same one again: %v", err)
	}
	if got := told(t, db, `SELECT count(*) FROM receiver`); got[0] != "1" {
		t.Errorf("one address has %s receivers", got)
	}
}
