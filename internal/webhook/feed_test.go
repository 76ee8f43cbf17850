package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// shelf is one feed in memory.
type shelf struct {
	mu      sync.Mutex
	to      webhook.Receiver
	waiting int
	filed   []webhook.Filed
	read    int
	// ended are the names of events that no grant lets the partner have any more.
	ended []string
	swept []time.Time
	gone  bool
}

func newShelf(events int) *shelf {
	s := &shelf{to: webhook.Receiver{ID: uuid.UUID{5}, Partner: acme, URL: webhook.FeedURL}, waiting: events}
	_, _ = s.File(context.Background(), s.to.ID)
	return s
}

func (s *shelf) ReceiverOf(_ context.Context, partner uuid.UUID, url string) (webhook.Receiver, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if partner != acme || url != webhook.FeedURL || s.gone {
		return webhook.Receiver{}, webhook.ErrNotFound
	}
	return s.to, nil
}

// File files what waits; each third event is of another name.
func (s *shelf) File(context.Context, uuid.UUID) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.waiting
	for range n {
		s.to.Filed++
		name := event.OperationCreated
		if s.to.Filed%3 == 0 {
			name = event.OperationFailed
		}
		s.filed = append(s.filed, webhook.Filed{Place: s.to.Filed, Sequence: s.to.Filed, Subscription: uuid.UUID{7},
			Event: event.Event{ID: uuid.New(), Name: name, Partner: acme, FleetRef: "f", OccurredAt: time.Now(), Data: []byte(`{"a":1}`)}})
	}
	s.waiting = 0
	return n, nil
}

func (s *shelf) Filed(_ context.Context, _ uuid.UUID, after int64, most int) ([]webhook.Filed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read++
	i, _ := slices.BinarySearchFunc(s.filed, after+1, func(f webhook.Filed, place int64) int { return int(f.Place - place) })
	return slices.Clone(s.filed[i:min(len(s.filed), i+most)]), nil
}

func (s *shelf) SweepFeeds(_ context.Context, before time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swept = append(s.swept, before)
	return len(s.swept)%3 > 0, nil
}

func (s *shelf) lets(_ context.Context, e event.Event) (bool, error) {
	return !slices.Contains(s.ended, e.Name), nil
}

func (s *shelf) feed() *webhook.Feed {
	return webhook.NewFeed(webhook.FeedConfig{Store: s, Lets: s.lets, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
}

// add has an event wait and filed, as the lane does.
func (s *shelf) add(t *testing.T, f *webhook.Feed) {
	s.mu.Lock()
	s.waiting++
	s.mu.Unlock()
	if err := f.File(t.Context(), s.to.ID); err != nil {
		t.Error(err)
	}
}

func TestAFeedIsReadToItsEndByTheCursorsOfItsAnswers(t *testing.T) {
	t.Parallel()
	s := newShelf(3000)
	f := s.feed()
	for _, c := range []struct {
		name string
		r    webhook.FeedRequest
		want int
	}{
		{"all", webhook.FeedRequest{Size: 100}, 3000},
		{"one name", webhook.FeedRequest{Size: 7, EventNames: []string{event.OperationFailed}}, 1000},
		{"a wildcard", webhook.FeedRequest{Size: 1000, EventNames: []string{"resource_operation.*"}}, 3000},
		{"a fleet", webhook.FeedRequest{Size: 1000, Filters: webhook.Filters{FleetRefs: []string{"f"}}}, 3000},
		{"nothing", webhook.FeedRequest{Size: 1000, Filters: webhook.Filters{FleetRefs: []string{"g"}}}, 0},
	} {
		var items []string
		for more := true; more; {
			before := s.read
			p, err := f.Read(t.Context(), acme, c.r)
			if err != nil || len(p.Items) > c.r.Size || s.read-before > 7 {
				t.Fatalf("%s: %d items by %d readings, %v", c.name, len(p.Items), s.read-before, err)
			}
			for _, item := range p.Items {
				items = append(items, string(item))
			}
			c.r.After, more = p.End, p.More
		}
		if len(items) != c.want || len(slices.Compact(slices.Sorted(slices.Values(items)))) != c.want {
			t.Errorf("%s: %d items, want %d", c.name, len(items), c.want)
		}
		if c.want > 0 && !strings.Contains(items[0], `"webhook_id":"07000000`) {
			t.Errorf("%s: the first is %s", c.name, items[0])
		}
	}
}

func TestAFeedPassesOverWhatCannotBeReadAndLogsItOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(30)
	s.filed[3].Event.Damaged, s.filed[3].Event.Data = errors.New("it does not open"), nil
	var log bytes.Buffer
	f := webhook.NewFeed(webhook.FeedConfig{Store: s, Lets: s.lets, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))})
	r := webhook.FeedRequest{Size: 4}
	var items [][]byte
	for more := true; more; {
		p, err := f.Read(t.Context(), acme, r)
		if err != nil {
			t.Fatal(err)
		}
		items, r.After, more = append(items, p.Items...), p.End, p.More
	}
	if len(items) != 29 || !strings.Contains(string(items[3]), `"sequence":5`) {
		t.Errorf("%d items, behind the third %s", len(items), items[3])
	}
	for range 3 {
		if _, err := f.Read(t.Context(), acme, webhook.FeedRequest{Size: 100}); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "it does not open"); n != 1 {
		t.Errorf("it is logged %d times", n)
	}
}

func TestAFeedPassesOverWhatItsPartnerMayNotHaveAnyMore(t *testing.T) {
	t.Parallel()
	s := newShelf(30)
	s.ended = []string{event.OperationFailed}
	p, err := s.feed().Read(t.Context(), acme, webhook.FeedRequest{Size: 100})
	if err != nil || len(p.Items) != 20 || p.More || p.End.Seq != s.filed[29].Place {
		t.Errorf("%d items up to place %d, more %t, %v", len(p.Items), p.End.Seq, p.More, err)
	}
	for _, item := range p.Items {
		if strings.Contains(string(item), event.OperationFailed) {
			t.Errorf("it gives %s", item)
		}
	}
}

func TestAReadingWaitsUntilThereIsSomethingAndNoLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(0)
		f := s.feed()
		read := func() (int, time.Duration) {
			begun := time.Now()
			p, err := f.Read(t.Context(), acme, webhook.FeedRequest{Size: 10, Wait: 20 * time.Second, After: page.Position{},
				EventNames: []string{event.OperationFailed}})
			if err != nil {
				t.Error(err)
			}
			return len(p.Items), time.Since(begun)
		}
		if n, took := read(); n != 0 || took != 20*time.Second {
			t.Errorf("%d after %v", n, took)
		}
		// The first two are of another name.
		for i := range 3 {
			time.AfterFunc(time.Duration(i+1)*1234*time.Millisecond, func() { s.add(t, f) })
		}
		if n, took := read(); n != 1 || took != 3*1234*time.Millisecond {
			t.Errorf("%d after %v", n, took)
		}
		// Another process files, so no bell rings here.
		s.filed, s.to.Filed = nil, 3
		time.AfterFunc(time.Second, func() {
			s.mu.Lock()
			s.waiting = 3
			s.mu.Unlock()
			_, _ = s.File(t.Context(), s.to.ID)
		})
		if n, took := read(); n != 1 || took > 6*time.Second {
			t.Errorf("%d after %v", n, took)
		}
	})
}

func TestAReadingThatWaitsIsToldOfTheEndOfItsFeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(3)
		time.AfterFunc(time.Second, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.gone = true
		})
		begun := time.Now()
		_, err := s.feed().Read(t.Context(), acme, webhook.FeedRequest{Size: 10, Wait: 30 * time.Second,
			After: page.Position{Seq: 3, ID: s.filed[2].Event.ID}})
		if took := time.Since(begun); problem.Of(err).Code != problem.NotFound || took > 6*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestReadingsThatWaitAreBoundedPerPartnerAndEndWithTheProgram(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(0)
		f := s.feed()
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = f.Run(ctx) }()
		ends := make(chan error, 100)
		for range 30 {
			go func() {
				_, err := f.Read(t.Context(), acme, webhook.FeedRequest{Size: 10, Wait: 30 * time.Second})
				ends <- err
			}()
		}
		synctest.Wait()
		if len(ends) != 10 {
			t.Fatalf("%d of 30 were not let wait", len(ends))
		}
		for range 10 {
			var p *problem.Error
			if err := <-ends; !errors.As(err, &p) || p.Code != problem.TooMany || p.RetryAfter == 0 {
				t.Errorf("%v", err)
			}
		}
		time.Sleep(time.Second)
		cancel()
		synctest.Wait()
		if len(ends) != 20 {
			t.Errorf("%d were answered when the program stopped", len(ends))
		}
		if len(s.swept) != 3 || time.Since(s.swept[0]) < 14*24*time.Hour {
			t.Errorf("swept %v", s.swept)
		}
	})
}

func TestAPlaceBehindWhichEventsMayBeMissedIsRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(20)
	f := s.feed()
	at := func(i int) page.Position {
		return page.Position{Seq: s.filed[i].Place, ID: s.filed[i].Event.ID}
	}
	third, tenth, last := at(2), at(9), at(19)
	s.filed, s.to.Swept = s.filed[5:], 5
	fifth := page.Position{Seq: 5, ID: uuid.New()}
	for _, c := range []struct {
		name  string
		after page.Position
		lost  bool
	}{
		{"the beginning", page.Position{}, false}, {"removed", third, true}, {"the last one removed", fifth, false},
		{"kept", tenth, false}, {"the end", last, false}, {"another event in its place", page.Position{Seq: 10, ID: uuid.New()}, true},
		{"behind the end", page.Position{Seq: 21, ID: uuid.New()}, true},
	} {
		_, err := f.Read(t.Context(), acme, webhook.FeedRequest{Size: 10, After: c.after})
		if errors.Is(err, webhook.ErrPlaceLost) != c.lost || !c.lost && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	_, err := f.Read(t.Context(), other, webhook.FeedRequest{Size: 10})
	checkCode(t, err, problem.NotFound)
}
