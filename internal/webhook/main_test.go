package webhook_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a Store that keeps to the port's words, for the tests of Service.
type memory struct {
	mu   sync.Mutex
	subs []webhook.Subscription
	logs []webhook.DeliveryLog
	// full tells that there is no room for one event.
	full bool
	// overtakes is how many changes come too late.
	overtakes int
	told      []string
	dead      []webhook.DeadLetter
	revived   []webhook.DeadLetterQuery
	counts    []webhook.Count
	// waits is how many deliveries wait.
	waits int
	kept  []webhook.Undelivered
}

func (m *memory) InsertSubscriptions(_ context.Context, all []webhook.Subscription, most int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := webhook.RoomFor(len(m.subs)+len(all), most); err != nil {
		return err
	}
	if m.full {
		return webhook.ErrTooManyOfOne
	}
	for _, s := range all {
		if s.Secret != "" {
			return errors.New("the store was given a secret in the clear")
		}
		for _, old := range m.subs {
			if old.Partner == s.Partner && old.URL == s.URL && old.EventName == s.EventName && old.Filters.Key() == s.Filters.Key() {
				return webhook.ErrDuplicate
			}
		}
	}
	m.subs = append(m.subs, all...)
	return nil
}

func (m *memory) Subscription(_ context.Context, partner, id uuid.UUID) (webhook.Subscription, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.subs {
		if s.ID == id && s.Partner == partner {
			return s, nil
		}
	}
	return webhook.Subscription{}, webhook.ErrNotFound
}

func (m *memory) Subscriptions(_ context.Context, q webhook.SubscriptionQuery) ([]webhook.Subscription, error) {
	var found []webhook.Subscription
	for _, s := range m.subs {
		if s.Partner == q.Partner && (q.Status == "" || q.Status == s.Status) &&
			(len(q.EventNames) == 0 || slices.Contains(q.EventNames, s.EventName)) {
			found = append(found, s)
		}
	}
	return window(found, q.Window, webhook.Subscription.Position), nil
}

func (m *memory) ChangeSubscription(_ context.Context, c webhook.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.overtakes > 0 {
		m.overtakes--
		return fence.ErrOvertaken
	}
	for i, s := range m.subs {
		if s.ID != c.From.ID || s.Partner != c.From.Partner || s.UpdatedAt != c.From.UpdatedAt || s.Status != c.From.Status {
			continue
		}
		if c.To.Secret != "" {
			return errors.New("the store was given a secret in the clear")
		}
		for _, other := range m.subs {
			if other.ID != s.ID && other.URL == c.To.URL && other.EventName == c.To.EventName && other.Filters.Key() == c.To.Filters.Key() {
				return webhook.ErrDuplicate
			}
		}
		m.told = append(m.told, c.Names()...)
		m.subs[i] = c.To
		if c.To.Status == webhook.Deleted {
			m.subs = slices.Delete(m.subs, i, i+1)
		}
		return nil
	}
	return fence.ErrOvertaken
}

func (m *memory) DeadLetters(_ context.Context, q webhook.DeadLetterQuery) (page.Found[webhook.DeadLetter], error) {
	var found []webhook.DeadLetter
	for _, d := range m.dead {
		if d.Subscription == q.Subscription && (len(q.Events) == 0 || slices.Contains(q.Events, d.Event.ID)) {
			found = append(found, d)
		}
	}
	return page.Found[webhook.DeadLetter]{Entries: found[:min(len(found), q.Window.Limit)]}, nil
}

// Revive revives one a time.
func (m *memory) Revive(_ context.Context, q webhook.DeadLetterQuery, behind int64, _ time.Time) (int, int64, error) {
	m.revived = append(m.revived, q)
	for i, d := range m.dead {
		if d.Subscription == q.Subscription && d.Seq > behind && (len(q.Events) == 0 || slices.Contains(q.Events, d.Event.ID)) {
			m.dead = slices.Delete(m.dead, i, i+1)
			return 1, d.Seq, nil
		}
	}
	return 0, 0, nil
}

func (m *memory) Counts(_ context.Context, _ uuid.UUID, from time.Time) ([]webhook.Count, error) {
	return slices.DeleteFunc(slices.Clone(m.counts), func(c webhook.Count) bool { return c.Quarter.Before(from) }), nil
}

func (m *memory) CountDeadLetters(context.Context, uuid.UUID) (int, error) { return len(m.dead), nil }

func (m *memory) CountWaiting(_ context.Context, _ uuid.UUID, most int) (int, error) {
	return min(m.waits, most), nil
}

func (m *memory) DeliveryLogs(_ context.Context, q webhook.LogQuery) (page.Found[webhook.DeliveryLog], error) {
	var found []webhook.DeliveryLog
	for _, l := range m.logs {
		if l.Subscription == q.Subscription && (q.Status == "" || q.Status == l.Status) &&
			(q.From.IsZero() || !l.CreatedAt.Before(q.From)) && (q.To.IsZero() || l.CreatedAt.Before(q.To)) {
			found = append(found, l)
		}
	}
	return page.Found[webhook.DeliveryLog]{Entries: window(found, q.Window, webhook.DeliveryLog.Position)}, nil
}

func (m *memory) SubjectLogs(_ context.Context, subject uuid.UUID, most int) ([]webhook.DeliveryLog, error) {
	var found []webhook.DeliveryLog
	for _, l := range m.logs {
		if l.Subject == subject {
			found = append(found, l)
		}
	}
	return window(found, page.Window{Limit: most}, webhook.DeliveryLog.Position), nil
}

func (m *memory) Undelivered(_ context.Context, q webhook.UndeliveredQuery) ([]webhook.Undelivered, error) {
	return slices.DeleteFunc(slices.Clone(m.kept), func(u webhook.Undelivered) bool { return u.Event.Subject != q.Subject }), nil
}

func window[E any](all []E, w page.Window, at func(E) page.Position) []E {
	order := func(a, b page.Position) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:]))
	}
	slices.SortFunc(all, func(a, b E) int { return order(at(b), at(a)) })
	all = slices.DeleteFunc(all, func(e E) bool {
		here := order(at(e), w.Place)
		return !w.Place.IsZero() && (here == 0 || (here < 0) == w.Backwards)
	})
	if len(all) > w.Limit && w.Backwards {
		return all[len(all)-w.Limit:]
	}
	return all[:min(len(all), w.Limit)]
}

// binder is a Sealer that only proves that contexts match.
type binder struct{}

func (binder) Seal(plain, context []byte) ([]byte, error) { return slices.Concat(context, plain), nil }

func (binder) Open(sealed, context []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, context)
	if !ok {
		return nil, errors.New("sealed under another context")
	}
	return plain, nil
}
