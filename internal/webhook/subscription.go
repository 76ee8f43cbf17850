package webhook

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
)

// Status is the state of a subscription, a value of the contract's WebhookStatusEnum.
type Status string

// The states of a subscription.
const (
	Active Status = "active"
	// Paused: stopped by its owner or by a 410 of its receiver; new events are not kept for it.
	Paused Status = "paused"
	// Stale: its receiver failed too often; new events are kept and wait.
	Stale   Status = "stale"
	Deleted Status = "deleted"
)

// InLane tells whether what waits for a subscription stands in its receiver's lane; else it stands aside,
// in a queue of the subscription's own.
func (s Status) InLane() bool { return s == Active || s == Stale }

// Event returns the name of the event that tells that a subscription has come to have the status.
func (s Status) Event() string {
	return map[Status]Move{Active: Activate, Paused: Pause, Stale: Stall, Deleted: Delete}[s].Event()
}

// Subscription is a partner's wish to hear of one event at one URL.
type Subscription struct {
	// ID is a UUIDv7.
	ID      uuid.UUID
	Partner uuid.UUID
	URL     string
	// Damaged says why the URL that is stored cannot be read, for the operator; nil if it can. URL is "" then.
	Damaged error
	// EventName is always a concrete name: wildcards are expanded when they are asked for.
	EventName string
	// Filters is nil when the subscription is not narrowed.
	Filters *Filters
	// Secret signs deliveries. It is set on a subscription just made and by OpenSecret, and
	// empty on whatever comes from or goes to a Store.
	Secret Secret
	// Sealed is the secret at rest; see SecretContext.
	Sealed []byte
	// Previous is the sealed secret before the last rotation. It signs beside the new one until
	// PreviousUntil; PreviousSecret is it in the clear, as Secret is.
	Previous       []byte
	PreviousUntil  time.Time
	PreviousSecret Secret
	// Encoding is how its owner wants bodies sent, and Learned what Automatic has found to work; ""
	// before it has found anything.
	Encoding, Learned Encoding
	// RetryRefused tells that answers that are no success are failures for this receiver, which are
	// tried again; 410 is none of them.
	RetryRefused bool
	// Strict tells that its events hold no member that the contract lacks, because the client that made
	// it takes none.
	Strict bool
	// Unreached tells, where it was asked, that its Filters name no fleet that the partner reaches. It is not stored.
	Unreached bool
	// Refused counts the answers that were no success and counted as delivered.
	Refused int64
	Health  Health
	Status  Status
	// Paused tells who paused it, while it is.
	Paused audit.Mark
	// CreatedAt and UpdatedAt are UTC and whole microseconds.
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Encoding is how the bodies of deliveries are sent.
type Encoding string

// The encodings.
const (
	// Automatic is gzip unless the receiver shows that it takes none.
	Automatic Encoding = "automatic"
	Gzip      Encoding = "gzip"
	Identity  Encoding = "identity"
)

// Health is what the deliveries since a time tell of a receiver, for the circuit breaker.
type Health struct {
	// Since is when the judging began: at the creation, and anew with each change and activation. Of a
	// stale subscription it is when it was last tried.
	Since time.Time
	// Success is the moving average of successes, from 0 to 1; of a stale subscription what it was then.
	Success float64
	// Counted is of how many deliveries, of a stale subscription how many probes failed.
	Counted int
	// FailedInRow is how many of the last ones failed.
	FailedInRow int
}

// Position is the subscription's place in a list.
func (s Subscription) Position() page.Position { return page.Position{At: s.CreatedAt, ID: s.ID} }

// Filters narrows a subscription to some fleets. An event passes if its fleet is in each list that
// is not empty. Lists are nil rather than empty. A fleet's reference is the partner's own, so both
// lists mean the same fleets to it.
type Filters struct {
	FleetIDs  []uuid.UUID
	FleetRefs []string
	// Lost tells that what is stored cannot be read: no event passes, since none is known to be meant.
	Lost bool
}

// Hears tells whether a delivery of an event of the subscription's partner and name is made for
// it. Whether the partner may have the event is not asked here. Stale ones hear, so that nothing
// is lost while a receiver is down; paused ones do not, since somebody chose that, the owner or
// the receiver.
func (s Subscription) Hears(e event.Event) bool {
	return s.Status.InLane() && s.Filters.pass(e)
}

func (f *Filters) pass(e event.Event) bool {
	return f == nil || !f.Lost && (len(f.FleetIDs) == 0 || slices.Contains(f.FleetIDs, e.Fleet)) &&
		(len(f.FleetRefs) == 0 || slices.Contains(f.FleetRefs, e.FleetRef))
}

// Key is the same text for filters that let the same events pass, and "" for none: part of what
// makes a subscription unique beside partner, URL and event name. It has no length limit.
// References are quoted: one may hold a comma.
func (f *Filters) Key() string {
	if f == nil || len(f.FleetIDs)+len(f.FleetRefs) == 0 {
		return ""
	}
	ids := make([]string, len(f.FleetIDs))
	for i, id := range f.FleetIDs {
		ids[i] = id.String()
	}
	refs := make([]string, len(f.FleetRefs))
	for i, ref := range f.FleetRefs {
		refs[i] = strconv.Quote(ref)
	}
	return "ids=" + joinSet(ids) + ";refs=" + joinSet(refs)
}

func joinSet(items []string) string {
	slices.Sort(items)
	return strings.Join(slices.Compact(items), ",")
}
