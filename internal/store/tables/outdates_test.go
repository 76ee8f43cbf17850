package tables_test

import (
	"testing"

	"github.com/ncruces/go-sqlite3"

	"github.com/waybill-dev/waybill/internal/store/tables"
)

// everyChangeIsSeen asks SQLite what each statement changes that the suite has run, by its triggers as well.
func everyChangeIsSeen(t *testing.T, heard *recorder, migrated file) {
	t.Helper()
	conn, err := sqlite3.Open("file:" + migrated.path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var changed uint8
	err = conn.SetAuthorizer(func(does sqlite3.AuthorizerActionCode, table, column, _, _ string,
	) sqlite3.AuthorizerReturnCode {
		switch does {
		case sqlite3.AUTH_INSERT, sqlite3.AUTH_DELETE:
			changed |= tables.ChangedBy(table, "")
		case sqlite3.AUTH_UPDATE:
			changed |= tables.ChangedBy(table, column)
		}
		return sqlite3.AUTH_OK
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for text := range heard.texts {
		changed = 0
		s, _, err := conn.Prepare(text)
		if err != nil {
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if changed != 0 {
			seen++
		}
		if got := tables.OutdatedBy(text); got&changed != changed {
			t.Errorf("%b is outdated, and SQLite changes %b: %s", got, changed, text)
		}
	}
	if seen < 20 {
		t.Errorf("only %d statements change what is remembered", seen)
	}
}
