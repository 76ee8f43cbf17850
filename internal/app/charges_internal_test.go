package app

import (
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

func TestReplicasTellEachOtherWhatTheyChargeToLimitsOfLanesElsewhere(t *testing.T) {
	t.Parallel()
	first := began(t)
	one, _ := first.beside(t, 2)
	other, them := first.beside(t, 2)
	them.part = 1
	limit := dispatch.Limit{ID: "x", Interval: time.Minute, Burst: 4, Lane: fence.Lane{Kind: fence.Connections, ID: uuid.UUID{1}}}
	for _, a := range []*App{one, other} {
		a.budget = dispatch.NewBudget(time.Now, map[string]time.Time{}).Among(a.replica)
		if err := a.exchangeCharges(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		other.budget.Borrow("", []dispatch.Limit{limit}, time.Hour)
		for _, a := range []*App{other, one} {
			if err := a.exchangeCharges(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, err := first.db.Meta(t.Context(), metaCharges+"1")
	var told dispatch.Charges
	if err != nil || json.Unmarshal(text, &told) != nil || told.By != them.id || told.Of["x"].Cost != (2*time.Minute).Microseconds() {
		t.Errorf("told: %s: %v", text, err)
	}
}

func TestWhatAReplicaChargesIsToldAnewWhenAnotherHadItsPartMeanwhile(t *testing.T) {
	t.Parallel()
	first := began(t)
	one, me := first.beside(t, 3)
	other, them := first.beside(t, 3)
	exchange := func(a *App, f *fellow, part int) {
		t.Helper()
		f.part = part
		if a.budget == nil {
			a.budget = dispatch.NewBudget(time.Now, map[string]time.Time{}).Among(a.replica)
		}
		if err := a.exchangeCharges(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	exchange(one, me, 1)
	exchange(one, me, 2)
	exchange(other, them, 1)
	exchange(one, me, 1)
	text, err := first.db.Meta(t.Context(), metaCharges+"1")
	var told dispatch.Charges
	if err != nil || json.Unmarshal(text, &told) != nil || told.By != me.id {
		t.Errorf("told: %s: %v", text, err)
	}
}
