package connection_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestImportsFollowTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, importsFollow)
}

func importsFollow(t *testing.T) {
	s := newStand(t)
	s.tsp.spec.Imports = []tsp.ImportKind{{Kind: resource.KindUser}, {Kind: resource.KindVehicle}}
	s.restart()
	usual := s.tsp.check
	defer s.run()()
	id := s.create(good).ID
	stale := func() {
		s.tsp.answer(refusing("revoked"))
		s.refuse(s.stored(id))
		time.Sleep(time.Minute)
	}
	var was time.Time
	for _, step := range []struct {
		says     string
		do       func()
		due, new bool
	}{
		{"made", func() {}, true, true},
		{"described", func() { s.update(id, `{"description":"other"}`) }, true, false},
		{"with other credentials", func() { s.update(id, `{"credentials":{"token":"good-2"}}`) }, true, true},
		{"paused", func() { s.update(id, `{"status":"paused"}`) }, false, true},
		{"with others while it is paused", func() { s.update(id, `{"credentials":{"token":"good-3"}}`) }, false, false},
		{"active again", func() { s.update(id, `{"status":"active"}`) }, true, true},
		{"stale", stale, false, true},
		{"working again by itself", func() { s.tsp.answer(usual); time.Sleep(3 * time.Minute) }, true, true},
		{"stale again", stale, false, true},
		{"mended", func() { s.tsp.answer(usual); s.update(id, `{"status":"active"}`) }, true, true},
		{"deleted", func() { s.must(s.service.Delete(t.Context(), s.fleet, id)) }, false, true},
	} {
		step.do()
		all, err := s.db.SchedulesOf(t.Context(), []uuid.UUID{id})
		if err != nil || len(all) != 2 || !all[0].NextAt.Equal(all[1].NextAt) {
			t.Fatalf("%s: schedules %+v, %v", step.says, all, err)
		}
		next := all[0].NextAt
		if next.IsZero() == step.due || next.Equal(was) == step.new {
			t.Errorf("%s: due at %v, before it was %v", step.says, next, was)
		}
		was = next
	}
}

func (s *stand) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
