//go:build unix

package postgrestest

import (
	"context"
	_ "embed"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// template is a database that is copied, and the copies that nobody has.
type template struct {
	name string
	// kept are its tables that hold rows, which tests leave alone; marked tells what a copy is like whose
	// schema and rows in them nobody has changed.
	kept   []string
	marked string

	mu   sync.Mutex
	free []string
}

// Migrated returns the URL of a database that is as migrate left one, which runs once on a server, whatever
// it has captured. It is a copy. A test that has changed no more than rows leaves it to a later one, emptied,
// which takes a fraction of the time of a further copy.
func (s *Server) Migrated(t testing.TB, migrate func(ctx context.Context, url string) error) string {
	t.Helper()
	of := s.template(t, migrate)
	name := of.taken()
	if name == "" {
		var err error
		if name, err = s.copied(t.Context(), of.name); err != nil {
			t.Fatalf("making a database: %v", err)
		}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		s.giveBack(ctx, t, of, name)
	})
	return s.URL(name)
}

// template returns the database that a function has made to be copied.
func (s *Server) template(t testing.TB, migrate func(ctx context.Context, url string) error) *template {
	t.Helper()
	by := reflect.ValueOf(migrate).Pointer()
	s.making.Lock()
	defer s.making.Unlock()
	if of, ok := s.templates[by]; ok {
		return of
	}
	of := &template{name: fmt.Sprintf("template_%d", len(s.templates)+2)}
	err := s.run(t.Context(), `DROP DATABASE IF EXISTS `+of.name, `CREATE DATABASE `+of.name+` TEMPLATE template0`)
	if err == nil {
		err = migrate(t.Context(), s.URL(of.name))
	}
	if err == nil {
		err = of.look(t.Context(), s)
	}
	if err != nil {
		t.Fatalf("preparing a database to copy: %v", err)
	}
	if s.templates == nil {
		s.templates = map[uintptr]*template{}
	}
	s.templates[by] = of
	return of
}

// look notes what the template is like.
func (of *template) look(ctx context.Context, s *Server) error {
	kept, err := s.ask1(ctx, of.name, `SELECT coalesce(string_agg(oid::regclass::text, ' '), '') FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0`)
	if err != nil {
		return err
	}
	of.kept = strings.Fields(kept)
	of.marked, err = s.ask1(ctx, of.name, of.marks())
	return err
}

// marks asks for the number of rows, and for the last transaction that wrote one, of the catalogs in which a
// change of the schema shows and of the tables that are kept.
func (of *template) marks() string {
	asks := []string{`(SELECT count(*) FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
		WHERE d.datname = current_database())`}
	for _, table := range slices.Concat([]string{"pg_namespace", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index",
		"pg_trigger", "pg_proc", "pg_type", "pg_statistic"}, of.kept) {
		asks = append(asks, `(SELECT count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM `+table+`)`)
	}
	return `SELECT concat_ws(', ', ` + strings.Join(asks, ", ") + `)`
}

//go:embed emptied.sql
var emptied string

// giveBack readies a copy for the next test, or drops it. Whoever uses it still finds that it is gone.
func (s *Server) giveBack(ctx context.Context, t testing.TB, of *template, name string) {
	again := s.named()
	err := s.run(ctx, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '`+name+`'`,
		`ALTER DATABASE `+name+` RENAME TO `+again)
	if err != nil {
		s.drop(ctx, t, name)
		return
	}
	keep := strings.Join(of.kept, " ")
	is, err := s.ask1(ctx, again, strings.ReplaceAll(emptied, "KEPT", keep)+of.marks())
	if err != nil || is != of.marked {
		s.drop(ctx, t, again)
		return
	}
	of.mu.Lock()
	defer of.mu.Unlock()
	of.free = append(of.free, again)
}

// taken takes a copy that nobody has; it is "" where there is none.
func (of *template) taken() (name string) {
	of.mu.Lock()
	defer of.mu.Unlock()
	if last := len(of.free) - 1; last >= 0 {
		name, of.free = of.free[last], of.free[:last]
	}
	return name
}

// ask1 runs statements in a database and returns the one value that the last of them answers.
func (s *Server) ask1(ctx context.Context, database, statements string) (string, error) {
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	answers, err := conn.PgConn().Exec(ctx, statements).ReadAll()
	if err != nil {
		return "", err
	}
	last := answers[len(answers)-1].Rows
	if len(last) != 1 {
		return "", fmt.Errorf("%d rows answer %s", len(last), statements)
	}
	return string(last[0][0]), nil
}
