package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// MostTrailed bounds the attempts of which a trail is made: each of the events about a subject goes to MostOfOne
// subscriptions at most.
const MostTrailed = 500

// Trail tells what became of the events about one subject. The caller has checked whose it is.
type Trail interface {
	// SubjectLogs lists the newest attempts to deliver events about a subject, newest first, so many at most. Those that an
	// earlier release made are not among them.
	SubjectLogs(ctx context.Context, subject uuid.UUID, most int) ([]DeliveryLog, error)
	// Undelivered lists the deliveries about a subject that are kept: those of the events that are named, and of the names
	// that are given whatever waits for subscriptions of a partner. One that waits elsewhere, as its subscription has just
	// been changed, is found by its event alone.
	Undelivered(ctx context.Context, q UndeliveredQuery) ([]Undelivered, error)
}

// UndeliveredQuery selects deliveries that are kept.
type UndeliveredQuery struct {
	Partner, Subject uuid.UUID
	EventNames       []string
	Events           []uuid.UUID
	Most             int
}

// Undelivered is a delivery that waits or is a dead letter.
type Undelivered struct {
	Waiting
	State DeliveryState
}

// Track is what is known of one delivery.
type Track struct {
	// Subscription is without its secret; it has an ID alone if it was deleted.
	Subscription Subscription
	EventID      uuid.UUID
	EventName    string
	// Kept is the delivery while it waits or is a dead letter; nil once nothing but its log is kept.
	Kept *Undelivered
	// Logs are its attempts, newest first.
	Logs []DeliveryLog
	// Body is what the newest attempt signed; nil where it is not kept, or would be another one now.
	Body []byte
}

// Tracks tells of the deliveries about a subject of a partner, those of the newest event first, and whether there are more
// attempts than it looked at. names are those of the events that tell of such a subject.
func (s *Service) Tracks(ctx context.Context, partner, subject uuid.UUID, names []string) (all []Track, more bool, err error) {
	logs, err := s.c.Store.SubjectLogs(ctx, subject, MostTrailed+1)
	if err != nil {
		return nil, false, fmt.Errorf("listing the attempts of a subject: %w", err)
	}
	if more = len(logs) > MostTrailed; more {
		logs = logs[:MostTrailed]
	}
	q := UndeliveredQuery{Partner: partner, Subject: subject, EventNames: names, Most: MostTrailed}
	t := tracked{at: map[trackKey]int{}}
	for _, l := range logs {
		one := t.of(l.Subscription, l.EventID, l.EventName)
		one.Logs = append(one.Logs, l)
		if !slices.Contains(q.Events, l.EventID) {
			q.Events = append(q.Events, l.EventID)
		}
	}
	kept, err := s.c.Store.Undelivered(ctx, q)
	if err != nil {
		return nil, false, fmt.Errorf("listing deliveries of a subject: %w", err)
	}
	for _, k := range kept {
		t.of(k.Subscription, k.Event.ID, k.Event.Name).Kept = &k
	}
	if err := s.finish(ctx, partner, t.all); err != nil {
		return nil, false, err
	}
	slices.SortStableFunc(t.all, func(a, b Track) int { return -cmp.Compare(a.EventID.String(), b.EventID.String()) })
	return t.all, more, nil
}

type trackKey struct{ subscription, event uuid.UUID }

// tracked are tracks by whose they are.
type tracked struct {
	all []Track
	at  map[trackKey]int
}

func (t *tracked) of(subscription, event uuid.UUID, name string) *Track {
	i, known := t.at[trackKey{subscription, event}]
	if !known {
		i = len(t.all)
		t.at[trackKey{subscription, event}] = i
		t.all = append(t.all, Track{Subscription: Subscription{ID: subscription}, EventID: event, EventName: name})
	}
	return &t.all[i]
}

// finish fills in the subscriptions and the bodies.
func (s *Service) finish(ctx context.Context, partner uuid.UUID, all []Track) error {
	known := map[uuid.UUID]Subscription{}
	for i, t := range all {
		sub, is := known[t.Subscription.ID]
		if !is {
			var err error
			sub, err = s.c.Store.Subscription(ctx, partner, t.Subscription.ID)
			if errors.Is(err, ErrNotFound) {
				sub, err = Subscription{ID: t.Subscription.ID, Status: Deleted}, nil
			}
			if err != nil {
				return fmt.Errorf("looking up a subscription: %w", err)
			}
			known[sub.ID] = sub
		}
		all[i].Subscription = sub
		all[i].Body = s.signedBody(all[i])
	}
	return nil
}

// signedBody makes the body of the newest attempt anew, which it is if it has the same sum.
func (s *Service) signedBody(t Track) []byte {
	if t.Kept == nil || len(t.Logs) == 0 || t.Kept.Event.Damaged != nil {
		return nil
	}
	last := t.Logs[0]
	body, err := bodyOf(Delivery{Subscription: t.Subscription, Event: t.Kept.Event, Sequence: t.Kept.Sequence, Attempt: last.Attempt}, s.c.Strict)
	if err != nil || signedOf(body, last.Signed.At) != last.Signed {
		return nil
	}
	return body
}
