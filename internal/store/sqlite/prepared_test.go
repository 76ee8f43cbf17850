package sqlite

import (
	"testing"

	"github.com/google/uuid"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestAStatementThatIsKeptIsParsedOnce(t *testing.T) {
	t.Parallel()
	db := opened(t)
	db.read.SetMaxOpenConns(1)
	for n := range 5 {
		if _, err := db.Heads(t.Context(), fence.Query{Lane: fence.Lane{ID: uuid.New()}, Chains: 1 + n, Depth: 2 + n}); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Deliveries(t.Context(), fence.Query{Lane: fence.Lane{ID: uuid.New()}, Chains: 1 + n, Depth: 2 + n}); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := db.read.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	runs := 0
	err = conn.Raw(func(c any) error {
		for s := range c.(driver.Conn).Raw().Stmts() {
			runs += s.Status(sqlite3.STMTSTATUS_RUN, false)
			if again := s.Status(sqlite3.STMTSTATUS_REPREPARE, false); again > 0 {
				t.Errorf("parsed again %d times: %s", again, s.SQL())
			}
		}
		return nil
	})
	if err != nil || runs < 10 {
		t.Errorf("%d runs were seen: %v", runs, err)
	}
}
