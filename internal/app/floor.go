package app

import (
	"log/slog"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

// The deliveries that are in flight at once. Where the operating system allows few open files they have
// an eighth of them: callers, TSPs, the store and idle connections need the others, and without a
// descriptor the store answers nobody.
const (
	mostDeliveries  = 512
	leastDeliveries = 16
	deliveryShare   = 8
	// fewDescriptors is what mostDeliveries and a thousand callers want.
	fewDescriptors = mostDeliveries * deliveryShare
)

// deliveryFloor makes the floor on which all deliveries run.
func deliveryFloor(source dispatch.Source, limit int, log *slog.Logger) *dispatch.Floor {
	places := mostDeliveries
	if limit > 0 && limit < fewDescriptors {
		places = max(limit/deliveryShare, leastDeliveries)
		log.Warn("few files may be open at once, so fewer deliveries are made at once; raise the limit of open files "+
			"(ulimit -n, LimitNOFILE of systemd)", "limit", limit, "wanted", fewDescriptors, "deliveries_at_once", places)
	}
	return dispatch.NewFloor(places, time.Now, func(l fence.Lane) { source.Activate(l, time.Now()) })
}
