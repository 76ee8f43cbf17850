package riversource_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
)

func TestEachReplicaHasAPartAndOneLeads(t *testing.T) {
	t.Parallel()
	url := database(t)
	a := replica(t, url)
	if part, of := a.Share(); part != 0 || of != 1 || !a.Leads() {
		t.Fatalf("alone it has part %d of %d and leads: %v", part, of, a.Leads())
	}
	b := replica(t, url)
	if part, _ := b.Share(); part != -1 {
		t.Errorf("it has part %d before the other one counts it", part)
	}
	together(t, a, b)
	if a.Leads() == b.Leads() {
		t.Errorf("the first leads: %v, the second: %v", a.Leads(), b.Leads())
	}
	if dead, err := b.Dead(t.Context(), a.ID()); dead || err != nil {
		t.Errorf("the first one is dead: %v, %v", dead, err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if dead, err := b.Dead(t.Context(), a.ID()); !dead || err != nil {
		t.Errorf("one that left is dead: %v, %v", dead, err)
	}
	together(t, b)
	eventually(t, "the other one leads", b.Leads)
}

// A start may take its time between its first beat and the next.
func TestAReplicaThatComesLeavesToOthersTheirPart(t *testing.T) {
	t.Parallel()
	url := database(t)
	a, db := replica(t, url), pool(t, url)
	together(t, a)
	eventually(t, "the one that was there counts itself", func() bool {
		var counted bool
		err := db.QueryRow(t.Context(), `SELECT counts >= started_at FROM replica`).Scan(&counted)
		return err == nil && counted
	})
	_, err := db.Exec(t.Context(), `CREATE FUNCTION stalls() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'this beat is the next one'; END $$;
		CREATE TRIGGER stalls BEFORE UPDATE ON replica FOR EACH ROW WHEN (old.counts < old.started_at)
		EXECUTE FUNCTION stalls()`)
	if err != nil {
		t.Fatal(err)
	}
	replica(t, url)
	eventually(t, "the one that came is counted", func() bool {
		part, of := a.Share()
		if part < 0 {
			t.Fatal("the one that was there has no part any more")
		}
		return of == 2
	})
}

// A replica leaves for as long as its calls take, and what one of all does goes on meanwhile.
func TestTheNextOneLeadsWhileTheFirstOneLeaves(t *testing.T) {
	t.Parallel()
	url := database(t)
	a, b, c := replica(t, url), replica(t, url), replica(t, url)
	together(t, a, b, c)
	for _, leaving := range []*riversource.Source{a, b} {
		if !leaving.Leads() {
			t.Fatal("the first one that stays does not lead")
		}
		if leaving.Withdraw(); leaving.Leads() {
			t.Error("one that leaves leads")
		}
		next := b
		if leaving == b {
			next = c
		}
		eventually(t, "the next one leads", next.Leads)
		if part, of := leaving.Share(); of != 3 {
			t.Errorf("one that leaves has part %d of %d", part, of)
		}
	}
	if part, of := c.Share(); part != 2 || of != 3 {
		t.Errorf("who leads has part %d of %d", part, of)
	}
}
