package access_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
)

func TestAPartnerReachesTheFleetsThatAreNamedByBothListsAndNoneOfAnother(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.must(d.CreateClient(t.Context(), access.ClientOrder{ID: "rival", Owner: "Rival"}))
	mine, theirs := d.founded("tms", "gamma"), d.founded("rival", "delta")
	us := d.client("tms").Partner.ID
	for name, c := range map[string]struct {
		named access.Named
		want  bool
	}{
		"its own id":                    {access.Named{IDs: []uuid.UUID{uuid.New(), mine}}, true},
		"its own reference":             {access.Named{Refs: []string{"nofleet", "gamma"}}, true},
		"both":                          {access.Named{IDs: []uuid.UUID{mine}, Refs: []string{"gamma"}}, true},
		"an id of another reference":    {access.Named{IDs: []uuid.UUID{mine}, Refs: []string{"delta"}}, false},
		"another's id":                  {access.Named{IDs: []uuid.UUID{theirs}}, false},
		"another's reference":           {access.Named{Refs: []string{"delta"}}, false},
		"an id and a reference of none": {access.Named{IDs: []uuid.UUID{uuid.New()}, Refs: []string{"gamma"}}, false},
		"a reference that is not there": {access.Named{Refs: []string{"nofleet"}}, false},
	} {
		if got, err := access.ReachesAny(t.Context(), d.db, us, c.named); err != nil || got != c.want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
}
