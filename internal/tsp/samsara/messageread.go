package samsara

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// A list of events looks back a day, as Samsara's own list of messages does, where nobody says how far, and reads
// as much at once of one that Samsara does not divide into pages.
const (
	unasked    = 24 * time.Hour
	messageDay = 24 * time.Hour
)

func reach(since time.Time, now func() time.Time) time.Time {
	if since.IsZero() {
		return now().Add(-unasked)
	}
	return since
}

type messageFields struct {
	MessageText  string `json:"message_text"`
	Status       string `json:"status"`
	SentByDriver bool   `json:"sent_by_driver"`
	SenderName   string `json:"sender_name,omitzero"`
}

// listMessages reads what drivers wrote, a day a page. What dispatch wrote is left out: Samsara's messages have no
// id, so what Waybill sent could not be told from the rest. The cursor is where the next day begins, in
// milliseconds.
func listMessages(now func() time.Time) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		from := reach(ask.Since, now).UnixMilli()
		if ask.Cursor != "" {
			var err error
			if from, err = strconv.ParseInt(ask.Cursor, 10, 64); err != nil {
				return tsp.Page{}, noCursor(ask.Cursor)
			}
		}
		query, next := url.Values{}, ""
		to := from + messageDay.Milliseconds()
		if to < now().UnixMilli() {
			query.Set("endMs", strconv.FormatInt(to, 10))
			query.Set("durationMs", strconv.FormatInt(messageDay.Milliseconds(), 10))
			next = strconv.FormatInt(to, 10)
		} else {
			// The last span ends at Samsara's own now, and only its length is ours.
			query.Set("durationMs", strconv.FormatInt(max(now().UnixMilli()-from, 0)+letterSlack.Milliseconds(), 10))
			to = 0
		}
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: messagesPath, Query: query, Most: longestList})
		if err != nil {
			return tsp.Page{}, err
		}
		page, err := driverMessages(a, from, to)
		page.Next = next
		return page, err
	}
}

// driverMessages are the drivers' messages of an answer from one time on and before another, in milliseconds; 0 is
// no end.
func driverMessages(a rest.Answer, from, to int64) (tsp.Page, error) {
	list, err := rest.Decode[struct {
		Data []jsontext.Value `json:"data"`
	}](a)
	switch {
	case err != nil:
		return tsp.Page{}, err
	case list.Data == nil:
		return tsp.Page{}, a.Unexpected("the answer holds no list", nil)
	}
	var page tsp.Page
	seen := map[resource.SourceID]bool{}
	for _, source := range list.Data {
		var m sentMessage
		if err := json.Unmarshal(source, &m); err != nil {
			return tsp.Page{}, a.Unexpected("a message has an unexpected shape", err)
		}
		if m.Sender.Type != "driver" || m.SentAt < from || to > 0 && m.SentAt >= to || seen[m.id()] {
			continue
		}
		seen[m.id()] = true
		r, err := m.record(source)
		if err != nil {
			return tsp.Page{}, err
		}
		page.Records = append(page.Records, r)
	}
	return page, nil
}

// id is made of what never changes of a message, which has no id: the driver, the millisecond and the text.
func (m sentMessage) id() resource.SourceID {
	text := sha256.Sum256([]byte(m.Text))
	return resource.SourceID(strconv.FormatInt(m.DriverID, 10) + "-" + strconv.FormatInt(m.SentAt, 10) + "-" + hex.EncodeToString(text[:8]))
}

func (m sentMessage) record(source jsontext.Value) (tsp.Record, error) {
	f := messageFields{MessageText: m.Text, Status: "sent", SentByDriver: true, SenderName: m.Sender.Name}
	if m.IsRead {
		f.Status = "read"
	}
	fields, err := json.Marshal(f)
	sender := tsp.Named{Collection: drivers, SourceID: resource.SourceID(strconv.FormatInt(m.DriverID, 10))}
	return tsp.Record{Collection: messages, SourceID: m.id(), Fields: fields, Source: source,
		OccurredAt: time.UnixMilli(m.SentAt).UTC(), Names: map[string][]tsp.Named{"sender_id": {sender}}}, err
}
