package postgres_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// first is the last migration of the first release that is upgraded beside replicas: each later one keeps the rules.
const first = 4

// migrationFile is a migration as it is written.
type migrationFile struct {
	name    string
	version int64
	// from is what it says of the releases that go on over its tables; 0 if it says nothing.
	from int64
	text string
}

func migrationFiles(t *testing.T) (all []migrationFile) {
	t.Helper()
	paths, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(paths) < first {
		t.Fatalf("%d migrations: %v", len(paths), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, migrationOf(filepath.Base(path), string(text)))
	}
	return all
}

func migrationOf(name, text string) migrationFile {
	m := migrationFile{name: name, text: text}
	number, _, _ := strings.Cut(name, "_")
	m.version, _ = strconv.ParseInt(number, 10, 64)
	if said := fromLine.FindStringSubmatch(text); said != nil {
		m.from, _ = strconv.ParseInt(said[1], 10, 64)
	}
	return m
}

// opening is how each migration begins that runs in a transaction: it waits for nobody for long, as all wait behind it,
// and is a writer as any other, so that no writer and it wait for each other.
var opening = []string{"SET LOCAL lock_timeout = '2s'", "SELECT pg_advisory_xact_lock(7523094288207667820)"}

var (
	fromLine = regexp.MustCompile(`(?m)^-- Releases from: (\d+)$`)
	comment  = regexp.MustCompile(`--[^\n]*`)
	body     = regexp.MustCompile(`(?s)\$\$.*?\$\$`)
	made     = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
	changed  = regexp.MustCompile(`(?i)^(?:ALTER TABLE|UPDATE|DELETE FROM|CREATE (?:UNIQUE )?INDEX .* ON) (?:ONLY |IF EXISTS )*(\w+)`)
	// constraint is one that every row is held to while the table is locked.
	constraint = regexp.MustCompile(`ADD (CONSTRAINT \w+ )?(CHECK|FOREIGN KEY)|ADD COLUMN .*(REFERENCES|CHECK)`)
	index      = regexp.MustCompile(`(?i)^CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+) `)
)

// harms are what holds a big table for long, or takes from older releases what they use, with what to do instead.
var harms = []struct {
	is      *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)^CREATE (UNIQUE )?INDEX (IF|ON|\w+ ON)\b`), "CREATE INDEX CONCURRENTLY, in a file of its own"},
	{regexp.MustCompile(`(?i)^(UPDATE|DELETE) `), "fill rows by a sweep of the service, part by part"},
	{regexp.MustCompile(`(?i)ADD COLUMN .*\bDEFAULT [^,]*\(`), "a default that is a constant"},
	{regexp.MustCompile(`(?i)ADD COLUMN .*\b(GENERATED|SERIAL|BIGSERIAL)\b`), "a column without, filled by a sweep of the service"},
	{regexp.MustCompile(`(?i)ADD (CONSTRAINT \w+ )?(PRIMARY KEY|UNIQUE) *\(`), "a unique index that was made CONCURRENTLY before, and USING INDEX"},
	{regexp.MustCompile(`(?i)(ALTER COLUMN|ALTER) \w+ (SET DATA )?TYPE\b`), "a new column"},
	{regexp.MustCompile(`(?i)\bSET NOT NULL\b`), "CHECK (… IS NOT NULL) NOT VALID"},
	{regexp.MustCompile(`(?i)\bRENAME\b`), "a new name beside the old one, for a release"},
	{regexp.MustCompile(`(?i)\bSET (LOGGED|UNLOGGED|TABLESPACE|ACCESS METHOD)\b|^(CLUSTER|VACUUM FULL|LOCK|TRUNCATE|REINDEX)\b`), "nothing: it rewrites or locks a table"},
}

// faults are what of a migration breaks the rules of decision 41.
func faults(m migrationFile) (all []string) {
	if m.from == 0 || m.from > m.version {
		all = append(all, "it does not say `-- Releases from: N`, N being no higher than its own version")
	}
	alone := strings.Contains(m.text, "-- +goose NO TRANSACTION")
	up, _, _ := strings.Cut(m.text, "-- +goose Down")
	var own []string
	for _, found := range made.FindAllStringSubmatch(up, -1) {
		own = append(own, strings.ToLower(found[1]))
	}
	var statements []string
	for one := range strings.SplitSeq(body.ReplaceAllString(comment.ReplaceAllString(up, ""), "''"), ";") {
		if one = strings.Join(strings.Fields(one), " "); one != "" {
			statements = append(statements, one)
		}
	}
	if !alone && (len(statements) < 2 || !slices.Equal(statements[:2], opening)) {
		all = append(all, "it does not begin with "+strings.Join(opening, "; "))
	}
	for i, one := range statements {
		all = append(all, faultsOf(one, own)...)
		if alone && strings.HasPrefix(strings.ToUpper(one), "ALTER TABLE") && !patient(statements[:i]) {
			all = append(all, one+": it waits for its lock for ever, and all others behind it; instead a file in a transaction, or a DO block with a lock_timeout")
		}
		if named := index.FindStringSubmatch(one); named != nil {
			if before := "DROP INDEX CONCURRENTLY IF EXISTS " + named[1]; i == 0 || statements[i-1] != before {
				all = append(all, "no "+before+" before it, which a second try needs: "+one)
			}
			if !alone {
				all = append(all, "it is not `-- +goose NO TRANSACTION`")
			}
		}
	}
	return all
}

// patient tells whether statements before another have bounded how long it waits for a lock.
func patient(before []string) bool {
	bounded := false
	for _, one := range before {
		bounded = strings.HasPrefix(one, "SET lock_timeout") || bounded && !strings.HasPrefix(one, "RESET lock_timeout")
	}
	return bounded
}

// faultsOf are those of a statement; tables of the migration's own have no rows and no readers.
func faultsOf(statement string, own []string) (all []string) {
	of := changed.FindStringSubmatch(statement)
	if of != nil && slices.Contains(own, strings.ToLower(of[1])) {
		return nil
	}
	for _, h := range harms {
		if h.is.MatchString(statement) {
			all = append(all, statement+": instead "+h.instead)
		}
	}
	upper := strings.ToUpper(statement)
	if strings.Contains(upper, "ADD COLUMN") && strings.Contains(upper, "NOT NULL") && !strings.Contains(upper, "DEFAULT") {
		all = append(all, statement+": instead a default, for the rows that older releases add")
	}
	if constraint.MatchString(upper) && !strings.Contains(upper, "NOT VALID") {
		all = append(all, statement+": instead NOT VALID, and VALIDATE CONSTRAINT in a later migration")
	}
	return all
}

func TestNoMigrationHoldsABigTableOrLeavesOlderReleasesWithoutWhatTheyUse(t *testing.T) {
	t.Parallel()
	for _, m := range migrationFiles(t) {
		if m.version <= first {
			continue
		}
		for _, fault := range faults(m) {
			t.Errorf("%s: %s (docs/decisions/0041-releases-side-by-side.md)", m.name, fault)
		}
	}
}

const (
	begins = "-- +goose Up\n-- Releases from: 4\nSET LOCAL lock_timeout = '2s';\nSELECT pg_advisory_xact_lock(7523094288207667820);\n"
	apart  = "-- +goose NO TRANSACTION\n-- +goose Up\n-- Releases from: 4\n"
)

func TestMigrationsThatHoldNobodyAreAllowed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		begins + "ALTER TABLE operation ADD COLUMN note text COLLATE \"C\" NOT NULL DEFAULT '';",
		begins + "ALTER TABLE operation ADD CONSTRAINT noted CHECK (note <> '') NOT VALID;",
		begins + "ALTER TABLE operation VALIDATE CONSTRAINT noted;",
		begins + "CREATE TABLE label (id bytea PRIMARY KEY, n bigint NOT NULL);\nCREATE INDEX label_n ON label (n);",
		begins + "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE operation SET a = 1; RETURN NULL; END $$;",
		apart + "DROP INDEX CONCURRENTLY IF EXISTS by_note;\nCREATE INDEX CONCURRENTLY by_note ON operation (note);",
	} {
		if all := faults(migrationOf("00005_x.sql", text)); all != nil {
			t.Errorf("%s\nis said to have %v", text, all)
		}
	}
}

func TestMigrationsThatHoldABigTableAreFound(t *testing.T) {
	t.Parallel()
	for text, fault := range map[string]string{
		"-- +goose Up\nCREATE TABLE x (id bytea);":                                          "Releases from",
		strings.Replace(begins, "4", "6", 1):                                                "no higher than its own",
		"-- +goose Up\n-- Releases from: 4\nALTER TABLE operation DROP COLUMN x;":           "does not begin with",
		begins + "CREATE INDEX by_note ON operation (note);":                                "CONCURRENTLY",
		begins + "CREATE UNIQUE INDEX by_note ON operation (note);":                         "CONCURRENTLY",
		begins + "CREATE INDEX CONCURRENTLY by_note ON operation (note);":                   "NO TRANSACTION",
		apart + "CREATE INDEX CONCURRENTLY by_note ON operation (note);":                    "DROP INDEX CONCURRENTLY IF EXISTS by_note",
		apart + "ALTER TABLE replica ADD COLUMN IF NOT EXISTS x bigint;":                    "waits for its lock for ever",
		begins + "UPDATE operation SET note = 'x' WHERE note = '';":                         "by a sweep",
		begins + "DELETE FROM event;":                                                       "by a sweep",
		begins + "ALTER TABLE event ADD COLUMN x bigint NOT NULL;":                          "a default",
		begins + "ALTER TABLE event ADD COLUMN x bigint DEFAULT clock_micros();":            "a constant",
		begins + "ALTER TABLE event ADD COLUMN x bigint GENERATED ALWAYS AS (1) STORED;":    "a column without",
		begins + "ALTER TABLE event ADD COLUMN x bytea REFERENCES fleet;":                   "NOT VALID",
		begins + "ALTER TABLE event ADD CONSTRAINT c CHECK (x > 0);":                        "NOT VALID",
		begins + "ALTER TABLE event ADD CONSTRAINT c FOREIGN KEY (fleet) REFERENCES fleet;": "NOT VALID",
		begins + "ALTER TABLE event ADD UNIQUE (x);":                                        "USING INDEX",
		begins + "ALTER TABLE event ALTER COLUMN own TYPE integer;":                         "a new column",
		begins + "ALTER TABLE event ALTER COLUMN own SET NOT NULL;":                         "NOT VALID",
		begins + "ALTER TABLE event RENAME COLUMN own TO mine;":                             "beside the old one",
		begins + "TRUNCATE event;":                                                          "locks a table",
	} {
		if all := strings.Join(faults(migrationOf("00005_x.sql", text)), "\n"); !strings.Contains(all, fault) {
			t.Errorf("of\n%s\nis said: %q, without %q", text, all, fault)
		}
	}
}
