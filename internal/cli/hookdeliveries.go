package cli

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type hookDeliveriesCommand struct {
	at
	shape
	watched
	ID        string `arg:"" help:"The subscription's id."`
	Status    string `help:"success or failed." enum:",success,failed" default:"" placeholder:"STATUS"`
	Operation string `help:"Of events of this operation." placeholder:"ID"`
	Dead      bool   `help:"What was given up, and can be replayed."`
	Since     when   `help:"Since then: 90s, 2h, 7d, or a time." placeholder:"WHEN"`
	Until     when   `help:"Until then." placeholder:"WHEN"`
	Limit     int    `short:"n" help:"How many at most; 0 for all." default:"50"`
}

// delivery is an attempt, or a dead letter.
type delivery struct {
	CreatedAt string `json:"created_at"`
	DiedAt    string `json:"died_at"`
	Message   string `json:"message_id"`
	Event     string `json:"event_name"`
	Status    string `json:"status"`
	Code      int    `json:"status_code"`
	Error     string `json:"error_message"`
	Millis    int    `json:"response_time_ms"`
}

// Validate refuses what can be no list.
func (c hookDeliveriesCommand) Validate() error {
	return errors.Join(c.fits(c.shape), c.bounded(c.Limit), c.shape.Validate())
}

// Run lists the deliveries.
func (c hookDeliveriesCommand) Run(s *Session) error {
	if c.Dead && c.Status != "" {
		return misused("--status is for attempts; what was given up has failed")
	}
	if c.Dead && c.Operation != "" {
		return misused("--operation is for attempts; leave --dead out, and those that were given up are among them")
	}
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	return s.lists(c.watched, c.shape, func() (listing, error) { return c.found(s, client) })
}

// found are the deliveries. Those of one event share its id.
func (c hookDeliveriesCommand) found(s *Session, client *remote.Client) (listing, error) {
	l := listing{name: "message_id", grid: output.Grid{Heads: []string{"AGE", "EVENT", "EVENT ID", "STATUS", "CODE", "TOOK", "ERROR"}}}
	now := time.Now()
	q := url.Values{}
	if c.Status != "" {
		q.Set("status", c.Status)
	}
	if c.Operation != "" {
		q.Set("operation_id", c.Operation)
	}
	for name, moment := range map[string]when{"start_date": c.Since, "end_date": c.Until} {
		if moment.set {
			q.Set(name, instant(moment.time(now)))
		}
	}
	path := allHooks + "/" + url.PathEscape(c.ID)
	if c.Dead {
		path += "/dead-letters"
	} else {
		path += "/logs"
	}
	for item, err := range client.List(s.Context, path, q, max(c.Limit, 0)) {
		if err != nil {
			return l, err
		}
		var d delivery
		if err := remote.Decode(item, &d); err != nil {
			return l, err
		}
		if c.Dead {
			d.CreatedAt, d.Status = d.DiedAt, "given up"
		}
		took := ""
		if d.Millis > 0 {
			took = strconv.Itoa(d.Millis) + "ms"
		}
		l.grid.Add(age(d.CreatedAt, now), d.Event, d.Message, d.Status, strconv.Itoa(d.Code), took, d.Error)
		l.items = append(l.items, item)
	}
	return l, nil
}
