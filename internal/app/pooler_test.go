//go:build unix

package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

// behind moves a house behind a pooler in transaction mode, and adds a replica there. Both tell of warnings too.
func (h *house) behind() (replicas [2]*house) {
	h.t.Helper()
	h.stop()
	c := h.config
	c.DatabaseURL = postgrestest.Pooled(h.t, c.DatabaseURL, postgrestest.Pooler{Mode: "transaction", Conns: 20})
	for i := range replicas {
		r := &house{t: h.t, sim: h.sim, patience: h.patience, checker: h.checker, hooks: h.hooks, ids: h.ids, config: c, journal: &journal{}}
		log := slog.New(slog.NewTextHandler(r.journal, &slog.HandlerOptions{Level: slog.LevelWarn}))
		r.serve(c, app.Options{Dev: true, Log: log, Adapters: adapters("samsara")}, func(context.Context) error { return nil })
		r.token, replicas[i] = h.token, r
	}
	return replicas
}

func TestTwoReplicasWorkBehindAPoolerInTransactionModeOverPostgreSQL(t *testing.T) {
	t.Parallel()
	h := open(t)
	replicas := h.behind()
	// Each beat is a second after the one before.
	for end, n := time.Now().Add(8*time.Second), 0; time.Now().Before(end) && !t.Failed(); n++ {
		a := replicas[n%2].do("POST", messages, h.message(fmt.Sprint("pooled ", n)))
		if a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
		other := replicas[(n+1)%2]
		if ended := other.ended(a.field("id")); ended.field("status") != "success" {
			t.Errorf("write %d ended as %s", n, ended.text)
		}
	}
	err := app.Lanes(t.Context(), replicas[0].config, slog.New(slog.DiscardHandler), func(d *app.LaneDesk) error {
		_, err := d.Connections.Pause(t.Context(), connection.Hand{Connection: h.ids.Connection, By: "operator:ada", Why: "they move"})
		if err != nil {
			return err
		}
		listed, err := d.List(t.Context(), page.Window{Limit: 10})
		if len(listed.Items) == 0 || listed.Items[0].State != lane.Paused {
			t.Errorf("a command listed %+v", listed)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	listed, err := app.AllLanes(replicas[1].app).List(t.Context(), page.Window{Limit: 10})
	if err != nil || len(listed.Items) == 0 || listed.Items[0].State != lane.Paused {
		t.Errorf("a replica listed %+v, %v", listed, err)
	}
	for i, r := range replicas {
		if said := r.journal.String(); strings.Contains(said, "prepared statement") || strings.Contains(said, "renewed=false") ||
			strings.Contains(said, "level=ERROR") {
			t.Errorf("replica %d said %s", i, said)
		}
	}
}

func TestAReplicaThatCannotJoinSaysWhatIsWrongAndWhatToDoOverPostgreSQL(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL = operatorKey, apptest.Database(t)
	// What a pooler does to a statement that is kept under a name depends on which connections it picks.
	_, err := beneath(t, c.DatabaseURL).ExecContext(t.Context(), `CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE 'prepared statement "x" already exists' USING ERRCODE = '42P05'; END $$;
		CREATE TRIGGER clash BEFORE INSERT ON replica FOR EACH ROW EXECUTE FUNCTION clash()`)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")})
	if err == nil {
		t.Fatal("it joined", a.Close(t.Context()))
	}
	if said := err.Error(); !strings.Contains(said, "joining the replicas") || !strings.Contains(said, "cache_describe") {
		t.Error(said)
	}
}
