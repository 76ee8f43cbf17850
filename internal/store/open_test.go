package store_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store"
)

func TestADatabaseIsAFileByItsPathOrItsURL(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	for _, url := range []string{path, "sqlite://" + path} {
		db, err := store.Open(t.Context(), url, store.Options{Now: time.Now})
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		value, err := db.MetaOr(t.Context(), "url", []byte(url))
		if err != nil || string(value) != path {
			t.Errorf("%s is another database: %q, %v", url, value, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNoDatabaseOfThisReleaseIsRefusedWithTheRemedyAndWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "postgres://u:secret@h/db", "postgresql://u:secret@h/db", "mysql://u:secret@h/db",
		"postgres:secret", "sqlite:w.db", "file:w.db", "sqlite://", "sqlite:///w.db?mode=ro", "w.db?mode=ro", ":memory:", "sqlite://:memory:",
		"host=h user=u password=secret dbname=db"} {
		db, err := store.Open(t.Context(), url, store.Options{Now: time.Now})
		if err == nil || db != nil {
			t.Fatalf("%q was opened", url)
		}
		if !strings.Contains(err.Error(), "WAYBILL_DATABASE_URL") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
