package cli

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// following are the flags of commands that follow events.
type following struct {
	at
	Events   []string `name:"event" help:"These events alone; repeat for several. Wildcards are taken." sep:"none" default:"resource_operation.*" placeholder:"NAME"`
	FleetRef []string `help:"Of the fleet that you call so; repeat for several." sep:"none" placeholder:"REF"`
	Since    when     `help:"Begin with what occurred then, where it is in the feed: 90s, 2h, 7d, or a time. It begins now if left out." placeholder:"WHEN"`
}

// feed is a reading of a partner's events.
type feed struct {
	s      *Session
	client *remote.Client
	of     following
	cursor string
	// made are the subscriptions that were made for the reading.
	made []subscription
}

// envelope is what the commands read of an event.
type envelope struct {
	ID        string           `json:"id"`
	Event     string           `json:"event_name"`
	Timestamp string           `json:"timestamp"`
	Data      []jsontext.Value `json:"data"`

	raw jsontext.Value
}

const (
	feedURL    = "waybill:feed"
	feedPath   = "/v2/notifications/events"
	feedPage   = 1000
	feedWait   = 20
	noticeTime = 5 * time.Second
)

// openFeed gets to where the reading begins, and subscribes to what is not in the feed yet.
func (s *Session) openFeed(of following) (*feed, error) {
	client, err := s.dial(of.at)
	if err != nil {
		return nil, err
	}
	f := &feed{s: s, client: client, of: of}
	if !of.Since.set {
		if err := f.forward(); err != nil {
			return nil, err
		}
	}
	for _, name := range of.Events {
		if err := f.subscribe(name); err != nil {
			f.close()
			return nil, err
		}
	}
	if of.Since.set && len(f.made) > 0 {
		var names []string
		for _, sub := range f.made {
			names = append(names, sub.Event)
		}
		s.say("the feed was not subscribed to %s until now: what happened before that is not in it, and --since cannot show it",
			strings.Join(names, ", "))
	}
	return f, nil
}

// forward goes to the end of what is in the feed already.
func (f *feed) forward() error {
	for passed, told := 0, time.Now(); ; {
		items, more, err := f.page(url.Values{"size": {strconv.Itoa(feedPage)}})
		var p *remote.Problem
		if errors.As(err, &p) && p.Status == http.StatusNotFound {
			// There is no feed before the first subscription.
			return nil
		}
		if err != nil || !more {
			return err
		}
		if passed += len(items); time.Since(told) > noticeTime {
			told = time.Now()
			f.s.say("passing over what happened before: %d events", passed)
		}
	}
}

// subscribe has an event be in the feed. One that is there already by somebody else's wish stays his.
func (f *feed) subscribe(name string) error {
	_, made, err := f.s.subscribe(f.client, map[string]any{"url": feedURL, "event_name": name})
	f.made = append(f.made, made...)
	var p *remote.Problem
	if !errors.As(err, &p) || p.Status != http.StatusConflict {
		return err
	}
	room, wild := strings.CutSuffix(name, ".*")
	if !wild {
		return nil
	}
	if room != "resource_operation" {
		f.s.say("the feed has some events of %s already, and those alone are read", name)
		return nil
	}
	for _, what := range []string{"created", "succeeded", "failed"} {
		if err := f.subscribe(room + "." + what); err != nil {
			return err
		}
	}
	return nil
}

// close ends the subscriptions that were made for the reading. It does so after an interruption, too.
func (f *feed) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.s.Context), noticeTime)
	defer cancel()
	for _, sub := range f.made {
		r := remote.Request{Method: http.MethodDelete, Path: allHooks + "/" + url.PathEscape(sub.ID)}
		if _, err := f.client.Do(ctx, r); err != nil {
			f.s.say("the subscription %s to %s is left behind (waybill hook delete %s): %v", sub.ID, sub.Event, sub.ID, err)
		}
	}
}

// each hands each event to somebody as it happens, until that returns an error.
func (f *feed) each(do func(envelope) error) error {
	q := url.Values{"wait": {strconv.Itoa(feedWait)}, "event_name": f.of.Events}
	if len(f.of.FleetRef) > 0 {
		q["fleet_refs"] = f.of.FleetRef
	}
	since := f.of.Since.time(time.Now())
	for {
		var items []jsontext.Value
		err := f.s.patiently(func() (err error) {
			items, _, err = f.page(q)
			return err
		})
		if err != nil {
			return err
		}
		for _, item := range items {
			e := envelope{raw: item}
			if err := remote.Decode(item, &e); err != nil {
				return err
			}
			if at, err := time.Parse(time.RFC3339, e.Timestamp); err == nil && at.Before(since) {
				continue
			}
			if err := do(e); err != nil {
				return err
			}
		}
	}
}

// page reads what follows in the feed.
func (f *feed) page(q url.Values) ([]jsontext.Value, bool, error) {
	if f.cursor != "" {
		q.Set("cursor", f.cursor)
	}
	body, err := f.client.Get(f.s.Context, feedPath, q)
	if err != nil {
		return nil, false, err
	}
	var page struct {
		Items  []jsontext.Value `json:"items"`
		Cursor string           `json:"cursor"`
		More   bool             `json:"has_more"`
	}
	if err := remote.Decode(body, &page); err != nil {
		return nil, false, err
	}
	f.cursor = page.Cursor
	return page.Items, page.More, nil
}
