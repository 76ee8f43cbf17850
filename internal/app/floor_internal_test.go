package app

import (
	"log/slog"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

func TestTheDeliveriesAtOnceAreThoseOfTheSetting(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DeliveriesAtOnce = 24
	f := newFloors(c, func(fence.Lane) {}, 0, slog.New(slog.DiscardHandler))
	given := 0
	for n := range 200 {
		owner := dispatch.Owner{}
		if _, ok := f.deliveries.Enter(fence.Lane{Kind: fence.Receivers, ID: uuid.UUID{1, byte(n)}}, owner); ok {
			given++
		}
	}
	if given == 0 || given > c.DeliveriesAtOnce {
		t.Errorf("%d are under way at once", given)
	}
}
