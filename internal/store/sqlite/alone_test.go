package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

func TestOneProcessAloneWorksOnTheLanesOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.db")
	first, err := sqlite.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path, time.Now); err == nil || !strings.Contains(err.Error(), "another waybill") {
		t.Errorf("a second one: %v", err)
	}
	beside, err := sqlite.OpenBeside(t.Context(), path, time.Now)
	if err != nil {
		t.Fatalf("a command beside it: %v", err)
	}
	for _, db := range []*sqlite.Engine{beside, first} {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	next, err := sqlite.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatalf("the next one: %v", err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}
