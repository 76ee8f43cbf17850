package geotab

import (
	"context"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// sameMoment is what no look-up can know of a message.
const sameMoment = "the time at which Waybill accepted a message marks it, in milliseconds: of two with equal text, " +
	"sender and recipient that were accepted within one, nothing tells whose is there, so they are counted"

type foundText struct {
	ID         resource.SourceID `json:"id"`
	Recipient  looseRef          `json:"recipient"`
	User       looseRef          `json:"user"`
	Parent     looseRef          `json:"parentMessage"`
	ActiveFrom string            `json:"activeFrom"`
	Content    messageContent    `json:"messageContent"`
}

// is tells whether a message that was found is the one that was written.
func (m textMessage) is(f foundText) bool {
	return string(f.Recipient) == m.Recipient.id() && string(f.Parent) == m.Parent.id() &&
		(m.User == nil || string(f.User) == m.User.id()) &&
		f.Content.Urgent == m.Content.Urgent && tsp.SameText(f.Content.Message, m.Content.Message) && sameTime(f.ActiveFrom, m.ActiveFrom)
}

// findText looks for the message that bears the operation's mark. Where another operation's may bear it too, all of
// them are counted.
func findText(m textMessage) finding {
	return func(ctx context.Context, c *call, w tsp.Write) (resource.SourceID, bool, error) {
		look := texts{want: m, now: w.Clock(c.session.adapter.now)}
		ids, err := look.listed(ctx, c, w.SentAt.Add(-textSlack))
		if err != nil || len(ids) == 0 {
			return "", false, err
		}
		contested, err := m.contested(ctx, w)
		if err != nil || !contested {
			return ids[0], err == nil, err
		}
		// The other one may have been sent long before.
		look.all, w.SentAt = true, made(w.Operation)
		whose, err := w.Alike(ctx, tsp.Look{Same: m.equals, Slack: textSlack, Now: look.now,
			List: func(ctx context.Context, since time.Time) (err error) {
				ids, err = look.listed(ctx, c, since)
				return err
			}})
		if err != nil {
			return "", false, err
		}
		free, rivals := counted(whose, ids).Unclaimed(ids)
		ours, err := rivals.Ours(len(free))
		if err != nil || !ours {
			return "", false, err
		}
		return free[0], true, nil
	}
}

// texts are the messages that equal one: all of them, or the first that is met.
type texts struct {
	want textMessage
	now  func() time.Time
	all  bool
}

// listed returns their ids: of those that were sent, delivered or read since a time of our clock's, by Geotab's, and
// of those that wait, because one that no terminal has fetched yet has none of those times.
func (l texts) listed(ctx context.Context, c *call, since time.Time) (ids []resource.SourceID, _ error) {
	take := func(by map[string]any) error {
		_, _, err := search(ctx, c, wanted{"TextMessage", by}, func(f foundText) bool {
			if l.want.is(f) && !slices.Contains(ids, f.ID) {
				ids = append(ids, f.ID)
			}
			return !l.all && len(ids) > 0
		})
		return err
	}
	clock := rest.Clock{Now: l.now}
	err := clock.Ask(func() error {
		err := take(map[string]any{"recipientSearch": l.want.Recipient, "modifiedSinceDate": stamp(clock.At(since))})
		clock.Hear(c.headers)
		return err
	})
	if err == nil && (l.all || len(ids) == 0) {
		err = take(map[string]any{"recipientSearch": l.want.Recipient, "isDelivered": false})
	}
	return ids, err
}

// contested tells whether another operation's message may bear the same mark.
func (m textMessage) contested(ctx context.Context, w tsp.Write) (bool, error) {
	if w.Rivals == nil {
		return false, nil
	}
	all, err := w.Rivals(ctx, made(w.Operation))
	return slices.ContainsFunc(all, m.equals), err
}

// equals tells whether a rival sends the recipient the same, with the same mark.
func (m textMessage) equals(r tsp.Rival) bool {
	var theirs textMessage
	as := tsp.Write{Operation: r.Operation, Refs: r.Refs}
	switch p := r.Payload.(type) {
	case *resource.Message:
		theirs = textMessageFrom(p, as)
	case *resource.GroupMessage:
		theirs = newText(p.MessageText, p.Priority, as)
		if slices.Contains(r.Refs["recipient_ids"], m.Recipient.ID) {
			theirs.Recipient = m.Recipient
		}
	}
	return theirs.Recipient.id() == m.Recipient.id() && theirs.Parent.id() == m.Parent.id() &&
		(m.User == nil || theirs.User == nil || theirs.User.id() == m.User.id()) &&
		theirs.Content.Urgent == m.Content.Urgent && tsp.SameText(theirs.Content.Message, m.Content.Message) &&
		sameTime(theirs.ActiveFrom, m.ActiveFrom)
}

// counted takes the ids from operations that sent to several of whom another has the message of that id: such a one
// left a message without a known id.
func counted(whose tsp.Alike, ids []resource.SourceID) tsp.Alike {
	for _, all := range [][]tsp.Rival{whose.Certain, whose.Open} {
		for i, r := range all {
			if r.Kind == resource.KindGroupMessage && len(unique(r.Refs["recipient_ids"])) > 1 && !slices.Contains(ids, r.SourceID) {
				all[i].SourceID = ""
			}
		}
	}
	return whose
}

// textSlack is how far before the attempt the look-up reaches.
const textSlack = 5 * time.Minute

// sameTime tells whether two times that Geotab may write differently are one.
func sameTime(a, b string) bool {
	ta, errA := time.Parse(time.RFC3339Nano, a)
	tb, errB := time.Parse(time.RFC3339Nano, b)
	return errA == nil && errB == nil && ta.Truncate(time.Millisecond).Equal(tb.Truncate(time.Millisecond))
}
