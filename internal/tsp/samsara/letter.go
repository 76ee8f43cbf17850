package samsara

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// typed is what no look-up can know: Samsara's messages have no id and its API names no author.
const typed = "its messages have no id and all come from dispatch: a text that somebody typed in Samsara's dashboard, equal " +
	"to one whose answer was lost and sent to the same driver from half a minute before it on, is taken for it"

// letterSlack is how far the beginning of what a look-up lists may be off.
const letterSlack = 30 * time.Second

// letter is a text to some drivers as a look-up knows it. Samsara shows no more of it than this, and
// a message to several drivers as one to each of them.
type letter struct {
	text    string
	drivers []int64
	now     func() time.Time
}

// letters are what dispatch sent: how often the letter went to each driver, and whose that may be.
type letters struct {
	times  map[int64]int
	whose  tsp.Alike
	answer rest.Answer
}

// reached tells whether one of those to a driver is the write's own.
func (l letters) reached(driver int64) (bool, error) {
	return l.whose.Of(func(r tsp.Rival) bool { return slices.Contains(receivers(r), driver) }).Ours(l.times[driver])
}

// search lists what was sent since shortly before the write's first open attempt.
func (l letter) search(ctx context.Context, send rest.Send, w tsp.Write) (letters, error) {
	var found letters
	var err error
	found.whose, err = w.Alike(ctx, tsp.Look{Same: l.equals, Slack: letterSlack, Now: l.now,
		List: func(ctx context.Context, since time.Time) error {
			sent, a, err := l.sentSince(ctx, send, since)
			found.answer, found.times = a, map[int64]int{}
			for _, s := range sent {
				if tsp.SameText(s.Text, l.text) && s.Sender.Type != "driver" {
					found.times[s.DriverID]++
				}
			}
			return err
		}})
	return found, err
}

// equals tells whether a rival sent the same text to one of the drivers.
func (l letter) equals(r tsp.Rival) bool {
	return tsp.SameText(r.Text(), l.text) &&
		slices.ContainsFunc(receivers(r), func(driver int64) bool { return slices.Contains(l.drivers, driver) })
}

// receivers are the drivers of a rival.
func receivers(r tsp.Rival) []int64 {
	var drivers []int64
	for _, id := range slices.Concat(r.Refs["recipient_id"], r.Refs["recipient_ids"]) {
		if driver, err := driverNumber(id); err == nil {
			drivers = append(drivers, driver)
		}
	}
	return drivers
}

// tries bounds how often a list is asked for that came too late.
const tries = 3

// sentSince lists the messages since a time of our clock's. The window ends at Samsara's own now
// (endMs left out) and only its length is ours, so a difference between its clock and ours does not
// matter. A call that waits moves the window, so that one that waits too long is made again.
func (l letter) sentSince(ctx context.Context, send rest.Send, since time.Time) ([]sentMessage, rest.Answer, error) {
	for range tries {
		began := l.now()
		window := began.Sub(since) + letterSlack
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: messagesPath, Most: longestList,
			Query: url.Values{"durationMs": {strconv.FormatInt(max(window, letterSlack).Milliseconds(), 10)}}})
		if err != nil {
			return nil, a, err
		}
		if l.now().Sub(began) > 2*letterSlack {
			continue
		}
		sent, err := rest.Decode[messageList](a)
		if err == nil && sent.Data == nil {
			err = a.Unconfirmed("Samsara's answer holds no list", nil)
		}
		return sent.Data, a, err
	}
	return nil, rest.Answer{}, &tsp.Error{Class: tsp.Unavailable,
		Message: "the list of Samsara's messages came too late to tell what was sent since the write"}
}

// longestList bounds what is read of a list in a look-up, in bytes: Samsara does not divide its
// messages into pages, and records hold notes of thousands of characters.
const longestList = 16 << 20
