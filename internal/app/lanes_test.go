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
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/page"
)

// second is one more replica over the database of a house, with its token.
func (h *house) second() *house {
	h.t.Helper()
	other := &house{t: h.t, sim: h.sim, patience: h.patience, checker: h.checker, hooks: h.hooks, ids: h.ids, config: h.config, journal: &journal{}}
	log := slog.New(slog.NewTextHandler(other.journal, &slog.HandlerOptions{Level: slog.LevelError}))
	other.serve(h.config, app.Options{Dev: true, Log: log, Adapters: adapters("samsara")}, func(context.Context) error { return nil })
	other.token = h.token
	return other
}

// becomes waits until something is so.
func (h *house) becomes(what string, is func() bool) {
	h.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Minute); !is(); <-tick.C {
		if time.Now().After(end) {
			h.t.Fatalf("it never came to be that %s", what)
		}
	}
}

// tells is an operation, as a replica tells.
func (h *house) tells(id string) string {
	h.t.Helper()
	return h.do("GET", fmt.Sprintf("/v2/integrations/connections/%s/resource-operations/%s", h.ids.Connection, id), "").text
}

func TestAPauseAndARateHoldOverAllReplicasOverPostgreSQL(t *testing.T) {
	t.Parallel()
	h := open(t)
	replicas := []*house{h, h.second()}
	hand := func(why string) connection.Hand {
		return connection.Hand{Connection: h.ids.Connection, By: "operator:ada", Why: why}
	}
	by := func(i int) *connection.Service { return replicas[i].app.Rooms().Connections }
	if _, err := by(1).Slow(t.Context(), hand("slowly"), connection.Rate{Events: 1, Period: time.Second}); err != nil {
		t.Fatal(err)
	}
	h.becomes("the first replica knows the rate", func() bool {
		c, err := h.db.Connection(t.Context(), h.ids.Connection)
		return err == nil && c.Rate.String() == "1/s"
	})
	began, ids := time.Now(), []string{}
	for i := range 6 {
		a := replicas[i%2].do("POST", messages, h.message(fmt.Sprint("slow ", i)))
		if a.status != http.StatusAccepted {
			t.Fatalf("%d %s", a.status, a.text)
		}
		ids = append(ids, a.field("id"))
	}
	told := false
	for _, id := range ids {
		h.becomes("a write at the rate ends", func() bool {
			for _, r := range replicas {
				text := r.tells(id)
				told = told || strings.Contains(text, `"rate_limited"`) && strings.Contains(text, `"operator"`)
				if !strings.Contains(text, `"pending"`) {
					return true
				}
			}
			return false
		})
	}
	t.Log("6 writes at one a second ended after", time.Since(began))
	// The first call may be made at once.
	if took := time.Since(began); took < 5*time.Second {
		t.Errorf("6 calls at one a second over two replicas took %v", took)
	}
	if !told {
		t.Error("no replica told that a write waits for the rate")
	}
	last := h.do("POST", messages, h.message("held")).field("id")
	if _, err := by(1).Pause(t.Context(), hand("they move")); err != nil {
		t.Fatal(err)
	}
	paused := time.Now()
	for i, r := range replicas {
		h.becomes("a replica refuses writes", func() bool {
			a := r.do("POST", messages, h.message("refused"))
			return a.status == http.StatusConflict && strings.Contains(a.text, "they move")
		})
		t.Log("replica", i, "refuses writes after", time.Since(paused))
	}
	all, err := app.AllLanes(h.app).List(t.Context(), page.Window{Limit: 10})
	if err != nil || !all.Next.IsZero() || len(all.Items) == 0 || all.Items[0].State != lane.Paused ||
		all.Items[0].Connection.Pause.By != "operator:ada" || all.Items[0].Connection.Rate.String() != "1/s" {
		t.Errorf("listed %+v, %v", all, err)
	}
	resumed := time.Now()
	if _, err := by(0).Resume(t.Context(), hand("")); err != nil {
		t.Fatal(err)
	}
	if _, err := by(0).Slow(t.Context(), hand(""), connection.Rate{}); err != nil {
		t.Fatal(err)
	}
	defer func() { t.Log("what waited ended", time.Since(resumed), "after it was resumed") }()
	if a := h.ended(last); a.field("status") != "success" {
		t.Errorf("what waited ended as %s", a.text)
	}
}
