package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// What a Store answers when it cannot do as asked. Any other error is the store's own.
var (
	// ErrNotFound: the partner has no such subscription; deleted ones count as absent.
	ErrNotFound = errors.New("subscription not found")
	// ErrDuplicate: a subscription that is not deleted has the same partner, URL, event name
	// and Filters.Key.
	ErrDuplicate = errors.New("subscription exists")
	// ErrTooMany: the partner would have more subscriptions than it may.
	ErrTooMany = errors.New("too many subscriptions")
	// ErrTooManyOfOne: the partner would have more than MostOfOne subscriptions to one event.
	ErrTooManyOfOne = errors.New("too many subscriptions to one event")
)

// MostOfOne bounds a partner's subscriptions to one event: whatever tells of it writes a delivery for each
// of them, and all other writes wait meanwhile.
const MostOfOne = 50

// RoomFor is ErrTooMany if a partner would have too many subscriptions.
func RoomFor(has, most int) error {
	if has > most {
		return ErrTooMany
	}
	return nil
}

// RoomForOne is ErrTooManyOfOne if a partner would have too many subscriptions to one event.
func RoomForOne(has int) error {
	if has > MostOfOne {
		return ErrTooManyOfOne
	}
	return nil
}

// Store keeps subscriptions and what became of their deliveries. Subscriptions in the status
// deleted are invisible to all methods, whether the store removes their rows or marks them.
// It never sees a Secret: subscriptions come and go with Sealed only. Times keep their
// microseconds. Each change is written in one transaction with the event that Told makes of it.
type Store interface {
	// InsertSubscriptions adds all of them in one transaction, or none and ErrDuplicate if any
	// exists already, ErrTooMany if the partner had more than most afterwards, or ErrTooManyOfOne as
	// RoomForOne decides. When it returns they are on disk and take part in the fan-out of events, that
	// of their own creation among them.
	InsertSubscriptions(ctx context.Context, all []Subscription, most int) error
	// Subscription returns a partner's subscription, or ErrNotFound, also for another partner's.
	Subscription(ctx context.Context, partner, id uuid.UUID) (Subscription, error)
	// Subscriptions lists a partner's subscriptions, newest first by (CreatedAt, ID).
	Subscriptions(ctx context.Context, q SubscriptionQuery) ([]Subscription, error)
	// ChangeSubscription writes a change; fence.ErrOvertaken unless the subscription has the status and
	// the UpdatedAt with which it was read, and the sealed secrets if the change is Rotated; ErrDuplicate as
	// above. Refused stays as deliveries have left it, Health and Learned as well unless the change is
	// Renewed, and sealed secrets as a Vault has left them unless it is Rotated. Those of its
	// receiver that it Draws go Along with it, as those of a new one do. Its lane is woken. Of one that
	// becomes deleted nothing that waits is sent, and the same may be made anew; what it leaves is
	// removed by Sweeps.
	ChangeSubscription(ctx context.Context, c Change) error
	// DeliveryLogs lists the attempts of one subscription, newest first by (CreatedAt, ID). It looks at a bounded
	// part of them for each window. The
	// caller has checked whose subscription it is.
	DeliveryLogs(ctx context.Context, q LogQuery) (page.Found[DeliveryLog], error)
}

// SubscriptionQuery selects subscriptions of one partner. Fields left zero narrow nothing.
type SubscriptionQuery struct {
	Partner uuid.UUID
	// EventNames selects those whose name is one of these, if it is not empty.
	EventNames []string
	Status     Status
	Window     page.Window
}

// LogQuery selects log entries of one subscription. Fields left zero narrow nothing.
type LogQuery struct {
	Subscription uuid.UUID
	// Subject selects attempts to tell of it; those of an earlier release are not among them.
	Subject uuid.UUID
	Status  LogStatus
	// From is inclusive, To exclusive; both compare with CreatedAt.
	From, To time.Time
	Window   page.Window
}

// LogStatus is the outcome of an attempt, a value of the contract's WebhookLogStatusEnum.
type LogStatus string

// The outcomes of an attempt.
const (
	LogSuccess LogStatus = "success"
	LogFailed  LogStatus = "failed"
)

// DeliveryLog is one attempt to deliver one event, or the end of its waiting, which is no attempt: Attempt is 0 then.
type DeliveryLog struct {
	// ID is a UUIDv7 of CreatedAt.
	ID           uuid.UUID
	Subscription uuid.UUID
	// EventID is the wire's message_id: the envelope's id.
	EventID   uuid.UUID
	EventName string
	Status    LogStatus
	// StatusCode is the receiver's answer, 0 when it gave none.
	StatusCode int
	// ErrorMessage is Waybill's own: nothing that the receiver says stands in it but the status.
	ErrorMessage *string
	// ResponseTimeMS is nil when no answer came.
	ResponseTimeMS *int
	CreatedAt      time.Time
	// Subject is what the event was about. It, Attempt and Signed are zero where they are not known, as of what an
	// earlier release has logged.
	Subject uuid.UUID
	Attempt int
	Signed  Signed
}

// Position is the attempt's place in a list.
func (l DeliveryLog) Position() page.Position { return page.Position{At: l.CreatedAt, ID: l.ID} }
