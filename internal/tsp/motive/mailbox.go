package motive

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// typed is what no look-up can know: Motive's messages bear no mark of who wrote them.
const typed = "its messages bear no mark of ours: one of somebody else's, equal in sender, recipients and text to one whose " +
	"answer was lost, is taken for it if it was sent, or read where Motive does not tell when it was sent, from a minute before it on"

const (
	// mailSlack is how far the beginning of what a look-up lists may be off.
	mailSlack = time.Minute
	// readAgain is how far back another operation's message may lie that is listed because it was read.
	readAgain = 24 * time.Hour
)

// mailbox is what a sender sent that equals a message, whoever received it, one for each recipient
// and id.
type mailbox struct {
	want messageBody
	now  func() time.Time
	rows []sent
}

// find looks for a message of that sender to those recipients with that text, sent since shortly
// before the attempt. What other operations made is known by its id, or counted.
func find[P resource.Payload](collection string, body func(P, tsp.Write) (messageBody, error),
	now func() time.Time) rest.Find {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		p, _ := w.Payload.(P)
		want, err := body(p, w)
		if err != nil {
			return tsp.Written{}, false, err
		}
		m := &mailbox{want: want, now: w.Clock(now)}
		whose, err := w.Alike(ctx, tsp.Look{Same: m.equals, Slack: mailSlack, Now: m.now,
			List: func(ctx context.Context, since time.Time) error { return m.read(ctx, send, since) }})
		if err != nil {
			return tsp.Written{}, false, err
		}
		if whose, err = m.leave(ctx, w, whose); err != nil {
			return tsp.Written{}, false, err
		}
		id, found, err := m.reached(whose)
		return tsp.Written{SourceID: resource.SourceID(id), Collection: collection}, found, err
	}
}

// equals tells whether a rival has the same sender and text and one of the recipients.
func (m *mailbox) equals(r tsp.Rival) bool {
	return tsp.SameText(r.Text(), m.want.Body) && slices.Contains(r.Refs["sender_id"], sourceID(m.want.SenderID)) &&
		slices.ContainsFunc(m.want.ReceiverIDs, func(to int64) bool { return reaches(r, to) })
}

func reaches(r tsp.Rival, to int64) bool {
	return slices.Contains(r.Refs["recipient_id"], sourceID(to)) || slices.Contains(r.Refs["recipient_ids"], sourceID(to))
}

func sourceID(n int64) resource.SourceID { return resource.SourceID(strconv.FormatInt(n, 10)) }

// read lists what the sender sent since a time of our clock's. Motive lists a message once for each
// recipient, for the one user whom the header names, and by when it changed last, as by being read.
func (m *mailbox) read(ctx context.Context, send rest.Send, since time.Time) error {
	clock := rest.Clock{Now: m.now}
	return clock.Ask(func() error {
		m.rows = nil
		from := clock.At(since)
		of := rest.Call{Path: messagesPath, Query: url.Values{"min_updated_at": {from.UTC().Format(time.RFC3339)}},
			Header: http.Header{userHeader: {strconv.FormatInt(m.want.SenderID, 10)}}}
		return pages(ctx, clock.Over(send), of, func(page struct {
			Messages []struct {
				Message sent `json:"message"`
			} `json:"messages"`
		}) int {
			if clock.Off() {
				return 0
			}
			for _, one := range page.Messages {
				m.take(one.Message, from)
			}
			return len(page.Messages)
		})
	})
}

// take takes a row up if it equals the message and was not sent before. A row may be met twice,
// because rows that are added meanwhile move others to the next page.
func (m *mailbox) take(row sent, from time.Time) {
	at, err := time.Parse(time.RFC3339, row.SentAt)
	if err == nil && at.Before(from.Truncate(time.Second)) {
		return
	}
	equal := row.SenderID == m.want.SenderID && tsp.SameText(row.Body, m.want.Body)
	met := func(known sent) bool { return known.ID == row.ID && known.RecipientID == row.RecipientID }
	if equal && !slices.ContainsFunc(m.rows, met) {
		m.rows = append(m.rows, row)
	}
}

// leave takes out the rows that are known to be other operations', and the rivals that those account
// for. A row that does not tell when it was sent may be much older.
func (m *mailbox) leave(ctx context.Context, w tsp.Write, whose tsp.Alike) (tsp.Alike, error) {
	var ids []resource.SourceID
	for _, row := range m.rows {
		ids = append(ids, resource.SourceID(row.ID))
	}
	free, whose := whose.Unclaimed(ids)
	m.rows = slices.DeleteFunc(m.rows, func(row sent) bool { return !slices.Contains(free, resource.SourceID(row.ID)) })
	if w.Rivals == nil || !slices.ContainsFunc(m.rows, func(row sent) bool { return row.SentAt == "" }) {
		return whose, nil
	}
	older, err := w.Rivals(ctx, w.SentAt.Add(-readAgain))
	m.rows = slices.DeleteFunc(m.rows, func(row sent) bool {
		return slices.ContainsFunc(older, func(r tsp.Rival) bool { return r.SourceID == resource.SourceID(row.ID) })
	})
	return whose, err
}

// reached tells whether the message reached all recipients, and its id. Motive sends it to all or to
// none, so that one which reached some is told apart from nothing.
func (m *mailbox) reached(whose tsp.Alike) (id string, found bool, err error) {
	times := map[string]int{}
	some := 0
	for _, to := range m.want.ReceiverIDs {
		n := 0
		for _, row := range m.rows {
			if row.RecipientID == to {
				n++
				times[row.ID]++
			}
		}
		ours, err := whose.Of(func(r tsp.Rival) bool { return reaches(r, to) }).Ours(n)
		if err != nil {
			return "", false, err
		}
		if ours {
			some++
		}
	}
	switch some {
	case 0:
		return "", false, nil
	case len(m.want.ReceiverIDs):
		// Of several the one that most of the recipients have, and fewest others.
		best := slices.MaxFunc(m.rows, func(a, b sent) int {
			return cmp.Or(cmp.Compare(times[a.ID], times[b.ID]), cmp.Compare(m.beyond(b.ID), m.beyond(a.ID)))
		})
		return best.ID, true, nil
	}
	return "", false, &tsp.Error{Class: tsp.Unknown,
		Message: "only some of the recipients have the message"}
}

// beyond counts those who have what has an id and are no recipients of the message.
func (m *mailbox) beyond(id string) (n int) {
	for _, row := range m.rows {
		if row.ID == id && !slices.Contains(m.want.ReceiverIDs, row.RecipientID) {
			n++
		}
	}
	return n
}
