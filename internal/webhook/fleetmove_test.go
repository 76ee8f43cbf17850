package webhook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestFiltersFollowAFleetAndNothingElse(t *testing.T) {
	t.Parallel()
	a, b, c := uuid.UUID{1}, uuid.UUID{2}, uuid.UUID{3}
	move := webhook.FleetMove{Fleet: a, Into: b, Ref: "a", NewRef: "b"}
	for _, of := range []struct {
		from, to *webhook.Filters
	}{
		{nil, nil},
		{&webhook.Filters{Lost: true}, &webhook.Filters{Lost: true}},
		{&webhook.Filters{FleetIDs: []uuid.UUID{c}, FleetRefs: []string{"b"}}, nil},
		{&webhook.Filters{FleetIDs: []uuid.UUID{c, a}}, &webhook.Filters{FleetIDs: []uuid.UUID{c, b}}},
		{&webhook.Filters{FleetIDs: []uuid.UUID{a, b}}, &webhook.Filters{FleetIDs: []uuid.UUID{b}}},
		{&webhook.Filters{FleetRefs: []string{"a", "c"}}, &webhook.Filters{FleetRefs: []string{"b", "c"}}},
	} {
		s := webhook.Subscription{Filters: of.from}
		is, changes := s.Follow(move, time.Now())
		if want := of.to != nil && !of.to.Lost; changes != want {
			t.Errorf("%+v changes: %t", of.from, changes)
		}
		if of.to == nil {
			of.to = of.from
		}
		if diff := cmp.Diff(of.to, is.Filters); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", of.from, diff)
		}
	}
}
