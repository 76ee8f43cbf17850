package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/store/engine"
)

// awayFor is a database that is away for some transactions.
type awayFor struct {
	engine.Database
	left atomic.Int64
}

var errAway = errors.New("the database is away")

func (a *awayFor) Trouble(err error) *fence.Trouble {
	if errors.Is(err, errAway) {
		return &fence.Trouble{Reason: errAway.Error(), Err: err}
	}
	return a.Database.Trouble(err)
}

func (a *awayFor) Session(ctx context.Context) (engine.Session, error) {
	s, err := a.Database.Session(ctx)
	return awaySession{s, a}, err
}

type awaySession struct {
	engine.Session
	of *awayFor
}

func (s awaySession) Begin() (changed bool, err error) {
	if s.of.left.Add(-1) >= 0 {
		return false, errAway
	}
	return s.Session.Begin()
}

func TestAStopTellsOfATroubleThatIsThereAndOfNoneThatIsOver(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		left int64
		told bool
	}{"over": {1, false}, "there": {1 << 20, true}} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			cfg := config.Default()
			cfg.Key, cfg.DatabaseURL = "5VKHk80XiU1YgykPoY1ssX+gcHHBu8KxxazI42zN4z0=", filepath.Join(t.TempDir(), "w.db")
			away := &awayFor{}
			behind := func(db engine.Database) engine.Database { away.Database = db; return away }
			a, err := Open(t.Context(), cfg, Options{Dev: true, Log: slog.New(slog.DiscardHandler), Behind: behind})
			if err != nil {
				t.Fatal(err)
			}
			away.left.Store(c.left)
			if err := a.db.SetMeta(t.Context(), "a", []byte("x")); err == nil {
				t.Fatal("the database is not away")
			}
			if err := a.Close(t.Context()); (err != nil) != c.told {
				t.Errorf("the stop tells %v", err)
			}
		})
	}
}
