package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// told is what became of the events of an operation.
type told struct {
	All []telling
	// More tells that older attempts were not looked at.
	More bool
	// Silent tells that the operation raises no events.
	Silent bool
}

// telling is one event on its way to one subscription.
type telling struct {
	Look Look
	// Event is its name, and ID its id.
	Event    string
	ID       uuid.UUID
	To       toldTo
	Tries    int
	At, Next time.Time
	// Said is the last answer.
	Said  string
	Tried []string
	Base  base
}

// toldTo is a subscription; its URL is masked, and it has an ID alone if it was deleted.
type toldTo struct {
	ID        uuid.UUID
	URL, Path string
}

// base is what the newest attempt signed.
type base struct {
	// Contract and Standard stand before the body, the former in the form of the contract; "" where it is not known.
	Contract, Standard string
	Sum                string
	// Body is what was signed, and Absent why it is not shown.
	Body, Absent string
}

// tellings are the deliveries of the events of an operation.
func (c *Console) tellings(ctx context.Context, who Visitor, op operation.Operation) (told, error) {
	all, more, err := c.Trails.Tracks(ctx, op.Partner, op.ID, operation.EventNames())
	out := told{More: more, Silent: !op.Raises()}
	for _, t := range all {
		out.All = append(out.All, tellingOf(who, t))
	}
	return out, err
}

func tellingOf(who Visitor, t webhook.Track) telling {
	one := telling{To: toldTo{ID: t.Subscription.ID}, Event: t.EventName, ID: t.EventID, Look: trackLook(t), Tries: len(t.Logs), Base: baseOf(who, t)}
	if t.Subscription.Status != webhook.Deleted {
		one.To.URL, one.To.Path = t.Subscription.Read().URL, hookPath(t.Subscription.Partner, t.Subscription.ID)
	}
	if t.Kept != nil {
		one.Tries, one.At = t.Kept.Tries, t.Kept.Event.OccurredAt
		if t.Kept.State == webhook.DeliveryWaiting && t.Kept.Tries > 0 {
			one.Next = t.Kept.NextAt
		}
	}
	for i, l := range t.Logs {
		said := "No answer"
		switch {
		case l.ErrorMessage != nil:
			said = worded(*l.ErrorMessage)
		case l.StatusCode != 0:
			said = answerOf(l.StatusCode)
		}
		if i == 0 {
			one.At, one.Said = l.CreatedAt, cut(said, longestWhy)
		}
		if len(one.Tried) < triesShown {
			one.Tried = append(one.Tried, fmt.Sprintf("Try %d at %s: %s", l.Attempt, clock(l.CreatedAt), cut(said, longestWhy)))
		}
	}
	return one
}

// trackLook is the look of a delivery. An answer that refuses it counts as delivered, and is no success.
func trackLook(t webhook.Track) Look {
	switch {
	case t.Kept != nil && t.Kept.State == webhook.DeliveryDead:
		return Look{"Dead letter", "failed", bad}
	case t.Kept != nil && t.Subscription.Status == webhook.Paused:
		return Look{"Held", "held", wait}
	case t.Kept != nil && len(t.Logs) > 0:
		return Look{"Retrying", "retrying", wait}
	case t.Kept != nil:
		return Look{"Queued", "queued", idle}
	case len(t.Logs) > 0 && t.Logs[0].Status == webhook.LogSuccess && t.Logs[0].StatusCode >= http.StatusMultipleChoices:
		return Look{"Refused", "failed", bad}
	case len(t.Logs) > 0 && t.Logs[0].Status == webhook.LogSuccess:
		return Look{"Delivered", "succeeded", ok}
	}
	return Look{"Not delivered", "failed", bad}
}

// baseOf is what the newest attempt signed, as its visitor may see it. No secret is in it.
func baseOf(who Visitor, t webhook.Track) (b base) {
	if len(t.Logs) == 0 || t.Logs[0].Signed.At.IsZero() {
		return b
	}
	last := t.Logs[0].Signed
	b.Contract, b.Standard = last.Before(t.EventID)
	b.Sum = fmt.Sprintf("%x", last.Sum)
	switch {
	case !who.Payloads:
		b.Absent = "You may not read the body. An admin can allow it."
	case t.Body != nil:
		b.Body = string(t.Body)
	case t.Kept == nil:
		b.Absent = "The body is not kept once its delivery has ended. What the receiver has read was signed if it has this SHA-256."
	default:
		b.Absent = "The body would be made otherwise now than it was signed. What the receiver has read was signed if it has this SHA-256."
	}
	return b
}
