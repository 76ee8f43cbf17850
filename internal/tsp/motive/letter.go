package motive

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// letter is a message as the answer to a POST of version 2 has it. Lists have a row for each recipient; see
// letters.
type letter struct {
	ID           rest.ID   `json:"id"`
	SenderID     rest.ID   `json:"sender_id"`
	RecipientIDs []rest.ID `json:"recipient_ids"`
	Body         string    `json:"body"`
	Status       string    `json:"status"`
	SentAt       string    `json:"sent_at"`
	UpdatedAt    string    `json:"updated_at"`
}

type letterFields struct {
	MessageText string `json:"message_text,omitzero"`
	Status      string `json:"status,omitzero"`
}

// letterClasses are the classes of Motive's messages by the kinds of ours: what has one recipient is a message, and
// what has several is a group message.
func letterClasses() map[resource.Kind]class {
	one := class{path: messagesPath, plural: "messages", singular: "message", collection: messages,
		tell: telling(tellLetter)}
	several := one
	several.collection = groupMessages
	return map[resource.Kind]class{resource.KindMessage: one, resource.KindGroupMessage: several}
}

func tellLetter(l letter, _ reading) told {
	t := told{names: map[string][]tsp.Named{"sender_id": {{Collection: users, SourceID: resource.SourceID(l.SenderID)}}}}
	f := letterFields{MessageText: l.Body}
	if slices.Contains([]string{"sent", "delivered", "read"}, l.Status) {
		f.Status = l.Status
	}
	party := "recipient_id"
	if len(l.RecipientIDs) > 1 {
		party = "recipient_ids"
	}
	for _, to := range l.RecipientIDs {
		t.names[party] = append(t.names[party], tsp.Named{Collection: users, SourceID: resource.SourceID(to)})
	}
	t.fields, t.at = f, moment(l.SentAt)
	if t.at.IsZero() {
		t.at = moment(l.UpdatedAt)
	}
	return t
}

// moment reads a time; zero if the text is none.
func moment(text string) time.Time {
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

// readLetters reads the messages of one sender since a time, by kind. The rows of one message are one record, in the
// form of version 2, which names all recipients. Of a message to several from before that time, only the rows that
// have changed since are listed, so that it is left out.
func readLetters(ctx context.Context, send rest.Send, sender int64, since time.Time) (
	map[resource.Kind][]tsp.Record, error) {
	of := rest.Call{Path: messagesPath, Query: url.Values{"min_updated_at": {since.UTC().Format(time.RFC3339)}},
		Header: http.Header{userHeader: {strconv.FormatInt(sender, 10)}}}
	var folds []map[string]jsontext.Value
	err := pages(ctx, send, of, func(page struct {
		Messages []struct {
			Message map[string]jsontext.Value `json:"message"`
		} `json:"messages"`
	}) int {
		for _, one := range page.Messages {
			folds = fold(folds, one.Message)
		}
		return len(page.Messages)
	})
	if err != nil {
		return nil, err
	}
	records := map[resource.Kind][]tsp.Record{}
	for _, one := range folds {
		source, err := json.Marshal(one, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		kind := resource.KindMessage
		if len(recipients(one)) > 1 {
			kind = resource.KindGroupMessage
		}
		r, err := letterClasses()[kind].record(source, reading{})
		if err != nil {
			return nil, &tsp.Error{Class: tsp.Broken, Message: "a message has an unexpected shape", Err: err}
		}
		if !r.OccurredAt.Before(since.Truncate(time.Second)) {
			records[kind] = append(records[kind], r)
		}
	}
	return records, nil
}

// fold adds a row to the messages that it may be a further recipient of. A row may be met twice, because rows
// that are added meanwhile move others to the next page.
func fold(folds []map[string]jsontext.Value, row map[string]jsontext.Value) []map[string]jsontext.Value {
	to := row["recipient_id"]
	delete(row, "recipient_id")
	if row["sent_at"] != nil {
		delete(row, "updated_at")
	}
	same := func(one map[string]jsontext.Value) bool { return string(one["id"]) == string(row["id"]) }
	i := slices.IndexFunc(folds, same)
	if i < 0 {
		row["recipient_ids"] = encoded([]jsontext.Value{to})
		return append(folds, row)
	}
	known := recipients(folds[i])
	if !slices.ContainsFunc(known, func(one jsontext.Value) bool { return string(one) == string(to) }) {
		folds[i]["recipient_ids"] = encoded(append(known, to))
	}
	return folds
}

func recipients(fold map[string]jsontext.Value) (all []jsontext.Value) {
	_ = json.Unmarshal(fold["recipient_ids"], &all)
	return all
}
