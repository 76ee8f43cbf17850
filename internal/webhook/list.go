package webhook

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// The sizes of pages.
const (
	DefaultPageSize = 300
	MaxPageSize     = 1000
)

// PageRequest says which page of a list is wanted.
type PageRequest struct {
	// Cursor is the NextPage or PreviousPage of an earlier answer, "" for the first page.
	Cursor string
	// Size is 1 to MaxPageSize; nil means DefaultPageSize.
	Size *int
}

// ListRequest selects subscriptions. Empty fields narrow nothing.
type ListRequest struct {
	// EventName is a documented name; a wildcard selects every event that it stands for.
	EventName string
	Status    Status
	Page      PageRequest
}

// LogsRequest selects log entries. Zero fields narrow nothing.
type LogsRequest struct {
	// Start is inclusive, End exclusive.
	Start, End time.Time
	Status     LogStatus
	Page       PageRequest
}

// List returns a page of a partner's subscriptions, newest first.
func (s *Service) List(ctx context.Context, partner uuid.UUID, r ListRequest) (Page[Read], error) {
	q := SubscriptionQuery{Partner: partner, Status: r.Status}
	var wrong []problem.Detail
	if r.EventName != "" && !knownName(r.EventName) {
		wrong = append(wrong, badValue("event_name", r.EventName, "is not the name of an event; "+suggest(r.EventName)))
	} else if r.EventName != "" {
		q.EventNames = expand(r.EventName)
	}
	wrong = append(wrong, oneOf("status", r.Status, "", Active, Paused, Stale, Deleted)...)
	window, err := r.Page.window(wrong)
	if err != nil {
		return Page[Read]{}, err
	}
	q.Window = window
	all, err := s.c.Store.Subscriptions(ctx, q)
	if err != nil {
		return Page[Read]{}, fmt.Errorf("listing subscriptions: %w", err)
	}
	return pageOf(r.Page, window, all, subscriptionEntry), nil
}

// Logs returns a page of the delivery attempts of a partner's subscription, newest first.
func (s *Service) Logs(ctx context.Context, partner, id uuid.UUID, r LogsRequest) (Page[LogRead], error) {
	wrong := oneOf("status", r.Status, "", LogSuccess, LogFailed)
	if !r.Start.IsZero() && !r.End.IsZero() && !r.Start.Before(r.End) {
		wrong = append(wrong, problem.Detail{Path: "end_date", Input: r.End.UTC().Format(time.RFC3339Nano),
			Message: "must be later than the start_date", Code: resource.CodeRange})
	}
	window, err := r.Page.window(wrong)
	if err != nil {
		return Page[LogRead]{}, err
	}
	if _, err := s.Get(ctx, partner, id); err != nil {
		return Page[LogRead]{}, err
	}
	all, err := s.c.Store.DeliveryLogs(ctx, LogQuery{
		Subscription: id, Status: r.Status, From: r.Start, To: r.End, Window: window,
	})
	if err != nil {
		return Page[LogRead]{}, fmt.Errorf("listing delivery attempts: %w", err)
	}
	return pageOf(r.Page, window, all, logEntry), nil
}

// window checks the page that is wanted and adds its problems to those found before. It asks
// for one entry more than the size, which tells whether there is a further page.
func (p PageRequest) window(wrong []problem.Detail) (Window, error) {
	size := DefaultPageSize
	if p.Size != nil {
		size = *p.Size
	}
	if size < 1 || size > MaxPageSize {
		wrong = append(wrong, problem.Detail{Path: "size", Input: strconv.Itoa(size),
			Message: fmt.Sprintf("must be from 1 to %d", MaxPageSize), Code: resource.CodeRange})
	}
	if len(wrong) > 0 {
		return Window{}, problem.InvalidBody(wrong...)
	}
	w, err := parseCursor(p.Cursor)
	w.Limit = size + 1
	return w, err
}

func oneOf[T ~string](path string, value T, allowed ...T) []problem.Detail {
	if slices.Contains(allowed, value) {
		return nil
	}
	names := make([]string, 0, len(allowed))
	for _, a := range allowed {
		if a != "" {
			names = append(names, string(a))
		}
	}
	return []problem.Detail{badValue(path, string(value), "must be one of "+strings.Join(names, ", "))}
}

func badValue(path, input, message string) problem.Detail {
	return problem.Detail{Path: path, Input: resource.Excerpt(input), Message: message, Code: resource.CodeEnum}
}
