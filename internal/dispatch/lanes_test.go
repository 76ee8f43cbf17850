package dispatch

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestLanesThatAreKeptFromTheirWorkAreListedFirst(t *testing.T) {
	d := &Dispatcher{stances: map[fence.Lane]*stance{}}
	for i, waits := range []Waits{Nothing, ATime, TheBar, ALimit, ThePause} {
		s := &stance{label: "samsara", waits: waits}
		s.flying.Store(int64(i))
		d.stances[fence.Lane{Kind: fence.Connections, ID: uuid.UUID{byte(i)}}] = s
	}
	some, all := d.Lanes(3)
	if all != 5 || len(some) != 3 {
		t.Fatalf("%d lanes of %d", len(some), all)
	}
	for i, want := range []Waits{TheBar, ThePause, ALimit} {
		if some[i].Waits != want || some[i].Label != "samsara" || some[i].Flying != int(some[i].ID[0]) {
			t.Errorf("lane %d: %+v, want one that waits for %s", i, some[i], want)
		}
	}
}
