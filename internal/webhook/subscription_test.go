package webhook

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

func TestASubscriptionHearsWhatPassesItsFiltersWhileItIsActiveOrStale(t *testing.T) {
	t.Parallel()
	e := event.Event{Fleet: uuid.UUID{1}, FleetRef: "f"}
	for says, c := range map[string]struct {
		status  Status
		filters *Filters
		want    bool
	}{
		"active":                 {Active, nil, true},
		"stale":                  {Stale, nil, true},
		"paused":                 {Paused, nil, false},
		"deleted":                {Deleted, nil, false},
		"empty filters":          {Active, &Filters{}, true},
		"its fleet":              {Active, &Filters{FleetIDs: []uuid.UUID{{2}, {1}}}, true},
		"another fleet":          {Active, &Filters{FleetIDs: []uuid.UUID{{2}}}, false},
		"its reference":          {Active, &Filters{FleetRefs: []string{"g", "f"}}, true},
		"another reference":      {Active, &Filters{FleetRefs: []string{"g"}}, false},
		"both":                   {Active, &Filters{FleetIDs: []uuid.UUID{{1}}, FleetRefs: []string{"f"}}, true},
		"its fleet, not its ref": {Active, &Filters{FleetIDs: []uuid.UUID{{1}}, FleetRefs: []string{"g"}}, false},
	} {
		if got := (Subscription{Status: c.status, Filters: c.filters}).Hears(e); got != c.want {
			t.Errorf("%s: hears it is %t", says, got)
		}
	}
}
