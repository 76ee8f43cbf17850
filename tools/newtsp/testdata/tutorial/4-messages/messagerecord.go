package catenasimulator

import (
	"context"
	"net/http"
	"net/url"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// messageFields are the members of the unified message that the TSP's messages have.
type messageFields struct {
	MessageText string `json:"message_text"`
}

// listMessages reads the messages since a time, on one page.
func listMessages(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: messagesPath, Most: longest,
		Query: url.Values{"since": {ask.Since.UTC().Format(time.RFC3339)}}})
	if err != nil {
		return tsp.Page{}, err
	}
	all, err := rest.Decode[struct {
		Messages []jsontext.Value `json:"messages"`
	}](a)
	if err == nil && all.Messages == nil {
		err = a.Unexpected("the answer holds no list of messages", nil)
	}
	page := tsp.Page{}
	for _, source := range all.Messages {
		record, bad := messageRecord(source)
		if bad != nil {
			return tsp.Page{}, a.Unexpected("a message has an unexpected shape", bad)
		}
		page.Records = append(page.Records, record)
	}
	return page, err
}

// messageRecord puts a message of the TSP into unified form.
func messageRecord(source jsontext.Value) (tsp.Record, error) {
	var m struct {
		ID     resource.SourceID `json:"id"`
		To     resource.SourceID `json:"to"`
		Text   string            `json:"text"`
		SentAt time.Time         `json:"sent_at"`
	}
	if err := json.Unmarshal(source, &m); err != nil {
		return tsp.Record{}, err
	}
	fields, err := json.Marshal(messageFields{MessageText: m.Text})
	return tsp.Record{Collection: messages, SourceID: m.ID, Fields: fields, Source: source, OccurredAt: m.SentAt,
		Names: map[string][]tsp.Named{"recipient_id": {{Collection: drivers, SourceID: m.To}}}}, err
}
