package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store"
)

// disk is a store of which only the disk is there.
type disk struct {
	store.Store
	free   int64
	broken error
	hangs  bool
	pings  error
	writes int
}

func (d *disk) Ping(context.Context) error { return d.pings }

func (d *disk) Space() (database, log, free int64, err error) { return 1, 1, d.free, d.broken }

func (d *disk) SetMeta(ctx context.Context, _ string, _ []byte) error {
	d.writes++
	if d.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func standing(d *disk) *App {
	a := &App{db: d, log: slog.New(slog.DiscardHandler)}
	a.built.Store(true)
	return a
}

// failed are the checks that fail, with what they say.
func failed(checks []api.Check) string {
	var all []string
	for _, c := range checks {
		if c.Detail != "" {
			all = append(all, c.Name+": "+c.Detail)
		}
	}
	return strings.Join(all, "; ")
}

func TestEachCheckOfReadinessSaysWhatToDo(t *testing.T) {
	t.Parallel()
	const ample = 1 << 40
	full := &fence.Trouble{Reason: "the disk of the database is full"}
	for says, c := range map[string]struct {
		disk *disk
		want string
	}{
		"all is well":       {&disk{free: ample}, ""},
		"room is not known": {&disk{free: -1}, ""},
		"the disk is full": {&disk{free: leastFree - 1},
			"disk_space: the disk of the database has less than 100 MiB left; make room on it"},
		"the disk is gone": {&disk{broken: errors.New("stat /secret/path")},
			"disk_space: the disk of the database cannot be looked at; see whether"},
		"a write hangs": {&disk{free: ample, hangs: true},
			"store_write: a write did not end within 2s; look at what holds the database or its disk up"},
		"a write failed before": {&disk{free: ample, pings: full},
			"store_write: the disk of the database is full; see the log"},
	} {
		t.Run(says, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := failed(standing(c.disk).checks(t.Context()))
				if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || strings.Contains(got, "secret") {
					t.Errorf("it says %q", got)
				}
			})
		})
	}
}

func TestHoweverOftenReadinessIsAskedForTheStoreIsWrittenOnceInFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &disk{free: 1 << 40}
		a := standing(d)
		for range 100 {
			a.checks(t.Context())
			time.Sleep(100 * time.Millisecond)
		}
		if d.writes != 2 {
			t.Errorf("%d writes in ten seconds", d.writes)
		}
	})
}

func TestAServiceThatStartsLivesAndIsNotReady(t *testing.T) {
	t.Parallel()
	a := &App{log: slog.New(slog.DiscardHandler)}
	a.config.AdminAddr = "127.0.0.1:0"
	a.measure(nil)
	routes := (&adminPort{App: a}).routes()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/metrics": 200} {
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		starts := `"name":"migrations","status":"failed","detail":"the service brings its tables`
		if path == "/readyz" && !strings.Contains(w.Body.String(), starts) {
			t.Errorf("it says %s", w.Body)
		}
	}
}
