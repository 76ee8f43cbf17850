package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type hookCommands struct {
	List       hookListCommand       `cmd:"" help:"List the subscriptions of webhooks."`
	Create     hookCreateCommand     `cmd:"" help:"Subscribe a receiver to events."`
	Delete     hookDeleteCommand     `cmd:"" help:"Delete a subscription."`
	Deliveries hookDeliveriesCommand `cmd:"" help:"List what was sent for a subscription, or what was given up (--dead)."`
	Pause      hookPauseCommand      `cmd:"" help:"Pause a subscription: nothing is sent to its receiver, and what occurs is not kept for it."`
	Activate   hookActivateCommand   `cmd:"" help:"Let a subscription go on that is paused or stale."`
	Test       hookTestCommand       `cmd:"" help:"Send the receiver of a subscription an event that is marked as a test, and tell what comes of it."`
	Replay     hookReplayCommand     `cmd:"" help:"Send again what was given up for a subscription."`
	Verify     hookVerifyCommand     `cmd:"" help:"Check the signatures of a delivery that you have. Asks no Waybill."`
}

// allHooks is the path of the list of subscriptions.
const allHooks = "/v2/notifications/webhooks"

// subscription is what the commands read of one.
type subscription struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Event     string `json:"event_name"`
	Secret    string `json:"secret"`
	Status    string `json:"status"`
	CreatedAt string `json:"created_at"`
	Refused   int    `json:"refused"`
	Paused    struct {
		By     string `json:"by"`
		Reason string `json:"reason"`
	} `json:"paused"`
	Warnings []struct {
		Path    string `json:"path"`
		Message string `json:"message"`
	} `json:"warnings"`
}

type hookListCommand struct {
	at
	shape
	watched
	Event  string `help:"To this event, such as resource_operation.failed." placeholder:"NAME"`
	Status string `help:"active, paused, stale or deleted." enum:",active,paused,stale,deleted" default:"" placeholder:"STATUS"`
}

// Help teaches the command.
func (hookListCommand) Help() string {
	return `REFUSED counts the answers that were no success and ended their delivery all the same, as a 404 does. WHY says who
paused a subscription, and the reason if one was given.`
}

// Validate refuses what can be no list.
func (c hookListCommand) Validate() error { return errors.Join(c.fits(c.shape), c.shape.Validate()) }

// Run lists the subscriptions.
func (c hookListCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	q := url.Values{}
	for name, value := range map[string]string{"event_name": c.Event, "status": c.Status} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return s.lists(c.watched, c.shape, func() (listing, error) { return hooksFound(s, client, q) })
}

// hooksFound are the subscriptions that a query selects.
func hooksFound(s *Session, client *remote.Client, q url.Values) (listing, error) {
	l := listing{grid: output.Grid{Heads: []string{"ID", "EVENT", "STATUS", "REFUSED", "AGE", "URL", "WHY"}}}
	now := time.Now()
	for item, err := range client.List(s.Context, allHooks, q, 0) {
		if err != nil {
			return l, err
		}
		var sub subscription
		if err := remote.Decode(item, &sub); err != nil {
			return l, err
		}
		l.grid.Add(sub.ID, sub.Event, sub.Status, strconv.Itoa(sub.Refused), age(sub.CreatedAt, now), sub.URL, sub.why())
		l.items = append(l.items, item)
	}
	return l, nil
}

// why tells who paused a subscription, and the reason if one was given.
func (s subscription) why() string {
	if s.Paused.Reason == "" {
		return s.Paused.By
	}
	return s.Paused.By + ": " + s.Paused.Reason
}

type hookDeleteCommand struct {
	at
	IDs []string `arg:"" name:"id" help:"The subscriptions' ids."`
	Sure
}

// Run deletes the subscriptions.
func (c hookDeleteCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	if err := c.Agreed(s, fmt.Sprintf("delete %d subscriptions with what waits for them", len(c.IDs))); err != nil {
		return err
	}
	var failures []error
	for _, id := range c.IDs {
		_, err := client.Do(s.Context, remote.Request{Method: http.MethodDelete, Path: allHooks + "/" + url.PathEscape(id)})
		if err != nil {
			if len(c.IDs) > 1 {
				s.say("%s: %v", id, err)
			}
			failures = append(failures, err)
		}
	}
	return gathered(failures, len(c.IDs))
}

type hookReplayCommand struct {
	at
	shape
	ID     string `arg:"" help:"The subscription's id."`
	Since  when   `help:"What occurred since then: 90s, 2h, 7d, or a time." placeholder:"WHEN"`
	Until  when   `help:"What occurred until then." placeholder:"WHEN"`
	DryRun bool   `help:"Tell how many there are; send nothing."`
	Sure
}

// Run replays what was given up.
func (c hookReplayCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	now := time.Now()
	filter := map[string]any{"webhook_id": c.ID}
	for name, moment := range map[string]when{"start_date": c.Since, "end_date": c.Until} {
		if moment.set {
			filter[name] = instant(moment.time(now))
		}
	}
	return s.jobAt(client, s.printer(c.shape), deadLetterJobs, jobOrder{action: "replay", of: "dead letters", filter: filter, dry: c.DryRun, sure: c.Sure})
}
