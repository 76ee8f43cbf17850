package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

func TestALaneThatWasClaimedAgainIsOvertaken(t *testing.T) {
	t.Parallel()
	e, _ := fresh(t)
	s := writing(t, e)
	lane := fence.Lane{Kind: fence.Connections, ID: uuid.New()}
	hold := func(epoch int64) (overtaken bool, err error) {
		begin(t, s)
		overtaken, err = s.Hold(fence.Claim{Lane: lane, Epoch: epoch})
		if err == nil && !overtaken {
			_, err = s.Commit()
		}
		if err != nil || overtaken {
			if err := s.Rollback(); err != nil {
				t.Fatal(err)
			}
		}
		return overtaken, err
	}
	for _, epoch := range []int64{0, 5, 5, 6, 0} {
		if overtaken, err := hold(epoch); overtaken || err != nil {
			t.Errorf("epoch %d before anybody has claimed it: %t, %v", epoch, overtaken, err)
		}
	}
	if overtaken, _ := hold(5); !overtaken {
		t.Error("an epoch before one that has written is not overtaken")
	}
	begin(t, s)
	if _, err := s.Change(`INSERT INTO lane (kind, id, epoch) VALUES (?1, ?2, 8)`, []any{lane.Kind, lane.ID[:]}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if overtaken, err := hold(7); overtaken || !errors.Is(err, engine.ErrUnmet) {
		t.Errorf("what goes along is not taken back: %t, %v", overtaken, err)
	}
	if overtaken, err := hold(7); !overtaken || err != nil {
		t.Errorf("it is not told when it is written again: %t, %v", overtaken, err)
	}
	if overtaken, err := hold(8); overtaken || err != nil {
		t.Errorf("the claim itself is overtaken: %t, %v", overtaken, err)
	}
}

// Between the question at the end of a transaction and its commit nothing can be put in a test. A lane that was
// doubted is asked for at once, by the same lock.
func TestWhoeverClaimsALaneWaitsForWhatIsWrittenUnderAClaim(t *testing.T) {
	t.Parallel()
	e, url := fresh(t)
	s := writing(t, e)
	lane := fence.Lane{Kind: fence.Connections, ID: uuid.New()}
	conn := connected(t, url)
	write(t, s, `INSERT INTO thing (id, i) VALUES (1, 0)`,
		`INSERT INTO lane (kind, id, epoch) VALUES ('connection', '\x`+strings.ReplaceAll(lane.ID.String(), "-", "")+`', 1)`)
	under := func(epoch int64) {
		begin(t, s)
		if overtaken, err := s.Hold(fence.Claim{Lane: lane, Epoch: epoch}); overtaken || err != nil {
			t.Fatal(overtaken, err)
		}
		if err := s.Exec(`UPDATE thing SET i = i + 1`, nil); err != nil {
			t.Fatal(err)
		}
	}
	under(1)
	if _, err := conn.Exec(t.Context(), `UPDATE lane SET epoch = 2`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(); !errors.Is(err, engine.ErrUnmet) {
		t.Fatalf("what was written under a claim that has ended: %v", err)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	under(2)
	claimed := make(chan int)
	go func() {
		n := 0
		_, err := conn.Exec(t.Context(), `UPDATE lane SET epoch = 3`)
		if err := errors.Join(err, conn.QueryRow(t.Context(), `SELECT i FROM thing`).Scan(&n)); err != nil {
			t.Error(err)
		}
		claimed <- n
	}()
	waitsFor(t, url, "transactionid")
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := <-claimed; n != 1 {
		t.Errorf("who claimed it has seen %d writes, want the one under the last claim", n)
	}
}
