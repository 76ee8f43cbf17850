package tables_test

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestWhoeverListsHoldsUpThoseWhoListAlone(t *testing.T) {
	t.Parallel()
	db := opened(t, filepath.Join(t.TempDir(), "w.db"))
	db.ListWithin(time.Millisecond)
	release := db.HoldLists(t)
	list := func() error {
		_, err := db.Operations(t.Context(), operation.Filter{From: time.UnixMicro(1), To: time.Now(), Window: page.Window{Limit: 1}})
		return err
	}
	err := list()
	var late *fence.Late
	if p := problem.Of(err); !errors.As(err, &late) || p.Code != problem.Unavailable || p.RetryAfter == 0 || !strings.Contains(p.Detail, "shorter time") {
		t.Errorf("a list beside lists that take long: %v", err)
	}
	op := operation.Operation{ID: uuid.New(), State: operation.Queued, CreatedAt: time.Now()}
	if _, err := db.Accept(t.Context(), op, nil); err != nil {
		t.Errorf("a write: %v", err)
	}
	if _, err := db.Operation(t.Context(), op.Partner, op.Connection, op.ID); err != nil {
		t.Errorf("reading what was written: %v", err)
	}
	release()
	db.ListWithin(time.Minute)
	if err := list(); err != nil {
		t.Errorf("a list when the others are done: %v", err)
	}
}

func TestAListHasOneTimeHoweverOftenIsReadForIt(t *testing.T) {
	t.Parallel()
	db := opened(t, filepath.Join(t.TempDir(), "w.db"))
	db.ListWithin(time.Minute)
	until, most := db.UntilWhen(), 0
	of := ids{partner: uuid.New(), fleet: uuid.New(), connection: uuid.New(), resource: uuid.New(), subscription: uuid.New()}
	for _, ask := range lists(db, of, 1) {
		if err := ask.run(t.Context()); err != nil {
			t.Fatalf("%s: %v", ask.says, err)
		}
		all := until()
		most = max(most, len(all))
		if ends := slices.Compact(all); len(ends) != 1 || ends[0].IsZero() {
			t.Errorf("it may be read until %v: %s", ends, ask.says)
		}
	}
	if most < 3 {
		t.Errorf("no list was read for more than %d times", most)
	}
}

// Each value would be a text more that is kept for ever.
func TestNoTextThatIsKeptHoldsWhatAListIsAskedFor(t *testing.T) {
	t.Parallel()
	db := opened(t, filepath.Join(t.TempDir(), "w.db"))
	kept := db.Readings()
	of := ids{partner: uuid.New(), fleet: uuid.New(), connection: uuid.New(), resource: uuid.New(), subscription: uuid.New()}
	for _, ask := range lists(db, of, 1) {
		if err := ask.run(t.Context()); err != nil {
			t.Fatalf("%s: %v", ask.says, err)
		}
	}
	asked := regexp.MustCompile(`\b51\b|'none'`)
	for text := range kept() {
		if asked.MatchString(text) {
			t.Errorf("this is kept: %s", text)
		}
	}
	// Whatever is read otherwise is heard.
	if _, err := db.Meta(t.Context(), "a"); err != nil || len(kept()) == 0 {
		t.Errorf("nothing is kept: %v", err)
	}
}
