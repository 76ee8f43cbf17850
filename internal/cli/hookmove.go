package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/remote"
)

// oneHook is what commands take that give one subscription another status.
type oneHook struct {
	at
	shape
	ID string `arg:"" help:"The subscription's id."`
}

// path is that of the subscription.
func (c oneHook) path() string { return allHooks + "/" + url.PathEscape(c.ID) }

// read is the subscription as it stands.
func (c oneHook) read(s *Session, client *remote.Client) (sub subscription, raw jsontext.Value, err error) {
	raw, err = client.Get(s.Context, c.path(), nil)
	if err == nil {
		err = remote.Decode(raw, &sub)
	}
	return sub, raw, err
}

// move gives the subscription another status, and tells how it stands then.
func (c oneHook) move(s *Session, client *remote.Client, act, to string) error {
	a, err := client.Do(s.Context, remote.Request{Method: http.MethodPost, Path: c.path() + "/" + act})
	var sub subscription
	raw := a.Body
	var refused *remote.Problem
	switch {
	case err == nil:
		err = remote.Decode(raw, &sub)
	case errors.As(err, &refused) && refused.Status == http.StatusConflict:
		// The service looks at stale ones, too, and may have been first; so may somebody else.
		var again error
		if sub, raw, again = c.read(s, client); again == nil && sub.Status == to {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	p := s.printer(c.shape)
	return p.One(raw, "id", func() string { return fmt.Sprintf("%s  %s  %s\n", sub.ID, sub.Event, p.Paint(sub.Status)) })
}

type hookPauseCommand struct {
	oneHook
	Sure
}

// Help teaches the command.
func (hookPauseCommand) Help() string {
	return `Nothing is sent to its receiver until "waybill hook activate". What waits for it is kept for as long as the
service's WAYBILL_KEEP_EVENTS says, then it is a dead letter; what occurs while it is paused is not kept. Other subscriptions
to the same URL go on.

  waybill hook pause SUBSCRIPTION --yes`
}

// Run pauses the subscription.
func (c hookPauseCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	sub, _, err := c.read(s, client)
	if err != nil {
		return err
	}
	if err := c.Agreed(s, fmt.Sprintf("pause subscription %s (%s to %s), for which what occurs meanwhile is not kept", sub.ID, sub.Event, sub.URL)); err != nil {
		return err
	}
	return c.move(s, client, "pause", "paused")
}

type hookActivateCommand struct{ oneHook }

// Help teaches the command.
func (hookActivateCommand) Help() string {
	return `Lets a subscription go on that is paused or stale: what waited for it is sent, and its receiver is judged anew.`
}

// Run activates the subscription.
func (c hookActivateCommand) Run(s *Session) error {
	client, err := s.dial(c.at)
	if err != nil {
		return err
	}
	return c.move(s, client, "activate", "active")
}
