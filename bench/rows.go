package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// putRows has rows be put into a database that nobody works on, which would take hours to come by
// themselves. Nothing is synced or could be undone meanwhile: what is measured starts afterwards.
func putRows(ctx context.Context, path string, put func(*sql.DB) error) error {
	const pragmas = "?_pragma=busy_timeout(10000)&_pragma=synchronous(off)&_pragma=cache_size(-65536)"
	db, err := sql.Open("sqlite3", "file:"+path+pragmas)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `PRAGMA journal_mode = off`); err != nil {
		return err
	}
	if err := put(db); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA journal_mode = wal`)
	return errors.Join(err, db.Close())
}

// copies are rows made of one that the program has stored itself, so that they have all columns as it
// writes them.
type copies struct {
	table string
	// of selects the row, as the end of a SELECT over the table t; it may join more for anew to name.
	of string
	// anew are the columns that differ, by expressions over i, which counts from first+1. "" leaves a column to
	// its default.
	anew  map[string]string
	first int
	// optional tells that there may be no such row: a release may keep less.
	optional bool
}

// make makes so many rows.
func (c copies) make(ctx context.Context, db *sql.DB, rows int) error {
	columns, err := columnsOf(ctx, db, c.table)
	if err != nil {
		return err
	}
	var names, values []string
	for _, name := range columns {
		value, differs := c.anew[name]
		if differs && value == "" {
			continue
		}
		if !differs {
			value = "t." + name
		}
		names, values = append(names, name), append(values, value)
	}
	for from := 0; from < rows; from += atOnce {
		query := fmt.Sprintf(`WITH RECURSIVE counted (i) AS MATERIALIZED
				(SELECT %[1]d UNION ALL SELECT i + 1 FROM counted WHERE i < %[2]d)
			INSERT INTO %[3]s (%[4]s) SELECT %[5]s FROM (SELECT t.* FROM %[3]s t %[6]s LIMIT 1) t CROSS JOIN counted`,
			c.first+from+1, c.first+min(from+atOnce, rows), c.table, strings.Join(names, ", "), strings.Join(values, ", "), c.of)
		done, err := db.ExecContext(ctx, query)
		if err != nil {
			return fmt.Errorf("copying a row of %s: %w", c.table, err)
		}
		if made, err := done.RowsAffected(); err != nil || made == 0 && !c.optional {
			return errors.Join(fmt.Errorf("there is no row of %s to copy", c.table), err)
		}
	}
	return nil
}

// atOnce is how many rows are made in one transaction.
const atOnce = 50_000

func columnsOf(ctx context.Context, db *sql.DB, table string) (all []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		all = append(all, name)
	}
	return all, rows.Err()
}

// id is an expression for the UUID of the ith thing of a sort, which is one letter from a to f: of version 7,
// and in the order of i, as of things that were made a second apart since 2020.
func id(sort string) string {
	return fmt.Sprintf("unhex(printf('%%012x70008000%s%%011x', 1577836800000 + i * 1000, i))", sort)
}
