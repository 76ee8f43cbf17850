package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// DeadLetter is a delivery that was given up, kept with its event until Kept is over.
type DeadLetter struct {
	// Seq is its place among the subscription's deliveries, which is that of its event.
	Seq          int64
	Subscription uuid.UUID
	Event        event.Event
	// Tries are those that were made, and DiedAt is when the last one ended, or the waiting of one that Expired.
	Tries  int
	DiedAt time.Time
	// StatusCode and ErrorMessage are what its last log entry says.
	StatusCode   int
	ErrorMessage *string
}

// Position is the dead letter's place in a list.
func (d DeadLetter) Position() page.Position { return page.Position{Seq: d.Seq} }

// DeadLetterQuery selects dead letters of one subscription. Fields left zero narrow nothing.
type DeadLetterQuery struct {
	Subscription uuid.UUID
	// Events are ids of events.
	Events []uuid.UUID
	// From is inclusive, To exclusive; both compare with when the event occurred.
	From, To time.Time
	// Window looks at a list whose newest event comes first, by Seq.
	Window page.Window
}

// DeadLetters keeps what could not be delivered. The caller has checked whose the subscription is.
type DeadLetters interface {
	// DeadLetters lists those that a query selects. It looks at a bounded part of them for each window.
	DeadLetters(ctx context.Context, q DeadLetterQuery) (page.Found[DeadLetter], error)
	// Revive lets a bounded part of those that a query selects wait again at a time, as deliveries that
	// were never tried, each in its old place: the oldest of those behind a Seq. It returns how many
	// they were, which may be none, and the Seq to go on behind; 0 says that nothing is left.
	Revive(ctx context.Context, q DeadLetterQuery, behind int64, at time.Time) (revived int, next int64, err error)
}

// DeadLettersRequest selects dead letters. Zero fields narrow nothing.
type DeadLettersRequest struct {
	// Start is inclusive, End exclusive.
	Start, End time.Time
	Window     page.Window
}

// DeadLetters returns a page of what could not be delivered to a partner's subscription.
func (s *Service) DeadLetters(ctx context.Context, partner, id uuid.UUID, r DeadLettersRequest,
) (page.Page[DeadLetter], error) {
	// The store's dead letters do not know whose they are.
	if _, err := s.Get(ctx, partner, id); err != nil {
		return page.Page[DeadLetter]{}, err
	}
	q := DeadLetterQuery{Subscription: id, From: r.Start, To: r.End, Window: r.Window.Wider()}
	found, err := s.c.Store.DeadLetters(ctx, q)
	if err != nil {
		return page.Page[DeadLetter]{}, fmt.Errorf("listing dead letters: %w", err)
	}
	return found.Cut(r.Window, DeadLetter.Position), nil
}

// maxReplayed bounds the dead letters that a replay may name.
const maxReplayed = 100

// Replayed is the answer to Replay. The contract leaves its form open.
type Replayed struct {
	Replayed int `json:"replayed"`
}

// Replay lets dead letters of a partner's subscription wait anew: those that a request body asks for,
// or all if it is empty, which is the only form that the contract knows. It ends with ctx, after a part
// that is whole; whoever asks again has the rest replayed.
func (s *Service) Replay(ctx context.Context, partner, id uuid.UUID, body []byte) (Replayed, error) {
	if _, err := s.Get(ctx, partner, id); err != nil {
		return Replayed{}, err
	}
	q := DeadLetterQuery{Subscription: id}
	if len(body) > 0 {
		o := readReplay(body)
		q.Events = o.IDs("message_ids")
		q.From, q.To = o.Time("start_date").Or(time.Time{}), o.Time("end_date").Or(time.Time{})
		if err := s.checkReplay(ctx, q, o); err != nil {
			return Replayed{}, err
		}
	}
	var all Replayed
	for behind, more := int64(0), true; more; more = behind > 0 {
		n, next, err := s.c.Store.Revive(ctx, q, behind, s.c.Now().UTC().Truncate(time.Microsecond))
		if err != nil {
			return all, fmt.Errorf("replaying dead letters: %w", err)
		}
		all.Replayed, behind = all.Replayed+n, next
	}
	return all, nil
}

func readReplay(body []byte) *resource.Object {
	o := resource.Read(body, resource.Table{Of: "a replay", Fields: []resource.Field{
		{Name: "message_ids", Type: resource.UUIDs, Nullable: true, Most: maxReplayed},
		{Name: "start_date", Type: resource.DateTime, Nullable: true},
		{Name: "end_date", Type: resource.DateTime, Nullable: true},
	}})
	if o.Has("message_ids") && len(o.IDs("message_ids")) == 0 {
		o.Refuse("message_ids", resource.CodeListShort, "must name a dead letter; leave it out to replay all")
	}
	start, end := o.Time("start_date"), o.Time("end_date")
	if o.Has("start_date") && o.Has("end_date") && !start.Or(time.Time{}).Before(end.Or(time.Time{})) {
		o.Refuse("end_date", resource.CodeRange, "must be later than start_date")
	}
	return o
}

// checkReplay refuses a replay of what is no dead letter: its sender believes that the event will come.
func (s *Service) checkReplay(ctx context.Context, q DeadLetterQuery, o *resource.Object) error {
	if wrong := o.Problems(); len(wrong) > 0 {
		return problem.InvalidBody(wrong...)
	}
	if len(q.Events) == 0 {
		return nil
	}
	q.Window = page.Window{Limit: len(q.Events)}
	found, err := s.c.Store.DeadLetters(ctx, q)
	if err != nil {
		return fmt.Errorf("looking up dead letters: %w", err)
	}
	dead := map[uuid.UUID]bool{}
	for _, d := range found.Entries {
		dead[d.Event.ID] = true
	}
	for i, id := range q.Events {
		if !dead[id] {
			o.Add(resource.Problem{Path: fmt.Sprintf("message_ids[%d]", i), Input: id.String(),
				Code: resource.CodeReference,
				Message: "is no dead letter of this subscription that the other members select; GET its " +
					"dead-letters lists them"})
		}
	}
	if wrong := o.Problems(); len(wrong) > 0 {
		return problem.InvalidBody(wrong...)
	}
	return nil
}
