package record_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// lets replaces the levels of the grant under which the partner asks.
func (a *archive) lets(levels map[resource.Kind]string) { a.grants[0].Levels = levels }

// later lets time pass.
func (a *archive) later(d time.Duration) {
	now := a.Now
	a.Now = func() time.Time { return now().Add(d) }
}

func TestAnImportBringsOnlyWhatTheCallerMayRead(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.lets(map[resource.Kind]string{resource.KindUser: access.Read, resource.KindMessage: access.ReadWrite})
	got, err := a.RequestImport(t.Context(), partner, lane)
	if err != nil || len(got) != 1 || got[0].Resource != resource.KindUser || !slices.Equal(a.due, []resource.Kind{resource.KindUser}) {
		t.Errorf("%+v, %v are due, %v", got, a.due, err)
	}
	a.due = nil
	a.lets(map[resource.Kind]string{resource.KindMessage: access.ReadWrite})
	if _, err := a.RequestImport(t.Context(), partner, lane); problem.Of(err).Code != problem.Forbidden || a.due != nil {
		t.Errorf("without a level of what can be imported: %v, %v are due", err, a.due)
	}
}

func TestAnImportIsBegunOnceAMinuteHoweverManyAskForIt(t *testing.T) {
	t.Parallel()
	a := open(t)
	full := maps.Clone(a.grants[0].Levels)
	ask := func() error {
		a.due = nil
		_, err := a.RequestImport(t.Context(), partner, lane)
		return err
	}
	lost := errors.New("the disk is gone")
	a.fails["ScheduleImports"] = lost
	if err := ask(); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
	delete(a.fails, "ScheduleImports")
	a.lets(map[resource.Kind]string{resource.KindUser: access.Read})
	if err := ask(); err != nil {
		t.Errorf("one that could not be begun before: %v", err)
	}
	a.later(40 * time.Second)
	a.lets(full)
	if err := ask(); err != nil || !slices.Equal(a.due, []resource.Kind{resource.KindVehicle}) {
		t.Errorf("what nobody has asked for yet: %v, %v are due", err, a.due)
	}
	if p := problem.Of(ask()); p.Code != problem.TooMany || p.RetryAfter != 20*time.Second || a.due != nil {
		t.Errorf("again: %v, in %v, %v are due", p, p.RetryAfter, a.due)
	}
	a.later(20 * time.Second)
	if err := ask(); err != nil || cmp.Diff([]resource.Kind{resource.KindUser}, a.due) != "" {
		t.Errorf("a minute after the first: %v, %v are due", err, a.due)
	}
}
