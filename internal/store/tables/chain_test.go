package tables

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestReadingChainsScansNothingHoweverLongTheyAre(t *testing.T) {
	t.Parallel()
	db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, query := range map[string]string{"operations": headsQuery, "operations of a partner": shareQuery,
		"deliveries": deliveriesQuery} {
		args := []any{uuid.Nil[:], []byte{}, 10, 4, 5, uuid.Nil[:]}[:min(strings.Count(query, "?5"), 1)+min(strings.Count(query, "?6"), 1)+4]
		plan, err := list(t.Context(), db, "EXPLAIN QUERY PLAN "+query, func(row scanner) (detail string, err error) {
			var id, parent, unused int
			return detail, row.Scan(&id, &parent, &unused, &detail)
		}, args...)
		if err != nil || len(plan) < 5 {
			t.Fatalf("%s: %v, %v", name, plan, err)
		}
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN") && step != "SCAN chain" && step != "SCAN CONSTANT ROW" {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}
