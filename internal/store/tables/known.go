package tables

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// known is what the writer remembers of what is stored, so that not every write asks for it again. Each
// entry holds until somebody changes what it was read from: the writer itself, which knows by its statements
// what they change, or another session, which the engine tells. What a group has read is forgotten if the group
// is taken back.
type known struct {
	// listeners are a partner's subscriptions to a name, whatever fleets they are of, and grants those of a
	// partner on a fleet, so that nothing is kept once for each fleet that a partner's subscriptions hear of.
	listeners     kept[subscribed, []listener]
	grants        kept[granted, []access.Grant]
	audiences     kept[listened, []access.Grant]
	subscriptions kept[uuid.UUID, webhook.Subscription]
	// deleted tells of connections whether they are.
	deleted kept[uuid.UUID, bool]
	// holds is when the last hold of a chain ends.
	holds kept[struct{}, time.Time]
	// numbers are those that are set aside for deliveries.
	numbers deliveryNumbers
}

// sources are what entries are read from.
type sources uint8

const (
	// hearers are who hears of what: the filters and receivers of subscriptions, and grants.
	hearers sources = 1 << iota
	// subscriptions are these with all that is known of their receivers.
	subscriptions
	// connections are these, as far as they are deleted.
	connections
	// holds are those of chains.
	holds
)

// kept are entries of one kind, and what they weigh together.
type kept[K comparable, V any] struct {
	all    map[K]V
	weight int
}

// mostKnown bounds what the entries of one kind weigh, in bytes. When there is more, all are forgotten.
const mostKnown = 6 << 20

// changedBy tells what is outdated by a change of a table, and of a column unless rows are added or removed.
func changedBy(table, column string) sources {
	switch table {
	case "share_grant":
		return hearers
	case "chain_hold":
		return holds
	case "connection":
		if column == "" || column == "status" {
			return connections
		}
	case "subscription":
		switch column {
		case "sequence", "astray":
			return 0
		case "", "id", "partner", "event_name", "receiver", "status", "fleet_ids", "fleet_refs", "url_key":
			// By the key the receiver follows.
			return hearers | subscriptions
		}
		return subscriptions
	}
	return 0
}

func (k *known) forget(of sources) {
	if of&hearers != 0 {
		k.listeners = kept[subscribed, []listener]{}
		k.grants, k.audiences = kept[granted, []access.Grant]{}, kept[listened, []access.Grant]{}
	}
	if of&subscriptions != 0 {
		k.subscriptions = kept[uuid.UUID, webhook.Subscription]{}
	}
	if of&holds != 0 {
		k.holds = kept[struct{}, time.Time]{}
	}
	if of&connections != 0 {
		k.deleted = kept[uuid.UUID, bool]{}
	}
}

// recalled returns what is remembered under a key, or asks and remembers.
func recalled[K comparable, V any](k *kept[K, V], key K, ask func() (V, error)) (V, error) {
	if v, there := k.all[key]; there {
		return v, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	more := weight(v)
	if k.all == nil || k.weight+more > mostKnown {
		*k = kept[K, V]{all: map[K]V{}}
	}
	if more <= mostKnown {
		k.all[key] = v
		k.weight += more
	}
	return v, nil
}
