package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Feed lets partners read their events. It takes the partner of the token, so that nobody can read
// another partner's.
type Feed interface {
	// Read answers webhook.ErrPlaceLost for a place behind which events may have been missed.
	Read(ctx context.Context, partner uuid.UUID, r webhook.FeedRequest) (webhook.FeedPage, error)
}

// eventsBody is our own; the contract knows no feed. Cursor is where the next request goes on, always
// given; HasMore tells that it finds something at once.
type eventsBody struct {
	Items   []jsontext.Value `json:"items"`
	Cursor  string           `json:"cursor"`
	HasMore bool             `json:"has_more"`
}

// noFeedCursor is what is wrong with a cursor that no answer of the feed gave; the feed has no pages that
// one could go back to.
const noFeedCursor = "is not a cursor that this feed gave, or was changed on the way; send the cursor of an earlier " +
	"answer as it is, or leave it out to begin at the oldest event that is kept"

// foreignCursor is told of a cursor of another partner's feed.
const foreignCursor = "is of another partner's feed, and not of the one that your token reads; send a cursor that " +
	"this feed gave, or leave it out to begin at the oldest event that is kept"

// feedOf tells the feeds of partners apart in cursors. Those of earlier releases carry nothing.
func feedOf(who access.Principal) string { return string(who.Partner.ID[:8]) }

// listEvents lets a partner read its events. The cursor is a place in the feed and bound to no filter:
// whoever changes its filters goes on where it was.
func (s *Server) listEvents(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	feed := page.List{Path: q.path}
	request := webhook.FeedRequest{EventNames: q.list("event_name"), Size: q.integer("size", 100, 1, 1000),
		Wait:    time.Duration(q.integer("wait", 0, 0, int(webhook.FeedMostWait/time.Second))) * time.Second,
		Filters: webhook.Filters{FleetIDs: q.ids("fleet_ids"), FleetRefs: q.list("fleet_refs")}}
	request.Strict = who.Strict
	for _, name := range request.EventNames {
		if err := webhook.CheckName(name); err != nil {
			q.wrong("event_name", name, err.Error(), resource.CodeEnum)
		}
	}
	text := q.text("cursor")
	if text != "" {
		c, err := page.Read(text)
		if err == nil {
			err = c.Check(feed)
		}
		if err != nil {
			q.wrong("cursor", text, noFeedCursor, codeCursor)
		} else if c.Carried != "" && c.Carried != feedOf(who) {
			q.wrong("cursor", text, foreignCursor, codeCursor)
		}
		request.After = c.Place
	}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Feed.Read(r.Context(), who.Partner.ID, request)
	if err == nil && request.Wait > 0 {
		err = s.stillGood(r)
	}
	if errors.Is(err, webhook.ErrPlaceLost) {
		return problem.InvalidBody(wrong("cursor", text, webhook.ErrPlaceLost.Error(), codeCursor))
	}
	if err != nil {
		return err
	}
	body := eventsBody{Items: make([]jsontext.Value, len(found.Items)), Cursor: feed.Write(page.Cursor{Place: found.End,
		Carried: feedOf(who)}), HasMore: found.More}
	for i, item := range found.Items {
		body.Items[i] = item
	}
	s.answer(w, http.StatusOK, body)
	return nil
}
