package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
)

// ListRequest selects subscriptions. Empty fields narrow nothing.
type ListRequest struct {
	// EventName is a documented name; a wildcard selects every event that it stands for.
	EventName string
	Status    Status
	Window    page.Window
}

// LogsRequest selects log entries. Zero fields narrow nothing.
type LogsRequest struct {
	// Start is inclusive, End exclusive.
	Start, End time.Time
	// Operation selects attempts to deliver events of one.
	Operation uuid.UUID
	Status    LogStatus
	Window    page.Window
}

// List returns a page of a partner's subscriptions, newest first.
func (s *Service) List(ctx context.Context, partner uuid.UUID, r ListRequest) (page.Page[Subscription], error) {
	q := SubscriptionQuery{Partner: partner, Status: r.Status, Window: r.Window.Wider()}
	if r.EventName != "" {
		q.EventNames = narrowed(r.EventName)
	}
	found, err := s.c.Store.Subscriptions(ctx, q)
	if err != nil {
		return page.Page[Subscription]{}, fmt.Errorf("listing subscriptions: %w", err)
	}
	for i, sub := range found {
		found[i] = sub.overlapped(s.c.Now())
	}
	return page.Cut(found, r.Window, Subscription.Position), nil
}

// Logs returns a page of the delivery attempts of a partner's subscription, newest first.
func (s *Service) Logs(ctx context.Context, partner, id uuid.UUID, r LogsRequest) (page.Page[DeliveryLog], error) {
	// The store's logs do not know whose they are.
	if _, err := s.Get(ctx, partner, id); err != nil {
		return page.Page[DeliveryLog]{}, err
	}
	found, err := s.c.Store.DeliveryLogs(ctx, LogQuery{
		Subscription: id, Subject: r.Operation, Status: r.Status, From: r.Start, To: r.End, Window: r.Window.Wider(),
	})
	if err != nil {
		return page.Page[DeliveryLog]{}, fmt.Errorf("listing delivery attempts: %w", err)
	}
	return found.Cut(r.Window, DeliveryLog.Position), nil
}
