package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// metaReceiver names the ids of the subscriptions of the demo's receiver, one for each event, among
// those that people make with the demo's client.
const metaReceiver = "demo-receiver"

// subscribe makes the subscriptions of the receiver at an address, in the place of those that an
// earlier start made for another address.
func subscribe(ctx context.Context, in app.Rooms, partner uuid.UUID, receiver string) error {
	url := "http://" + receiver + "/"
	known, err := in.Store.Meta(ctx, metaReceiver)
	if err != nil {
		return fmt.Errorf("reading which subscriptions are the demo's: %w", err)
	}
	if stand, err := standing(ctx, in.Webhooks, partner, strings.Fields(string(known)), url); err != nil || stand {
		return err
	}
	body := fmt.Sprintf(`{"url":%q,"event_name":"resource_operation.*","secret":%q}`, url, string(Hook))
	made, err := in.Webhooks.Create(ctx, webhook.Maker{Partner: partner}, []byte(body))
	if is(err, problem.Conflict) {
		return nil // Somebody has subscribed the receiver already.
	}
	if err != nil {
		return fmt.Errorf("subscribing the demo's receiver: %w", err)
	}
	var ids strings.Builder
	for _, s := range made.Subscriptions {
		fmt.Fprintln(&ids, s.ID)
	}
	return in.Store.SetMeta(ctx, metaReceiver, []byte(ids.String()))
}

// standing tells whether all subscriptions are those of an address. If not, it ends what is left.
func standing(ctx context.Context, webhooks *webhook.Service, partner uuid.UUID, ids []string, url string) (bool, error) {
	var left []uuid.UUID
	stand := len(ids) > 0
	for _, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil {
			return false, fmt.Errorf("reading which subscriptions are the demo's: %w", err)
		}
		found, err := webhooks.Get(ctx, partner, id)
		switch {
		case is(err, problem.NotFound):
			stand = false
		case err != nil:
			return false, err
		default:
			left = append(left, id)
			stand = stand && found.URL == url && found.Status == webhook.Active
		}
	}
	for _, id := range left {
		if stand {
			break
		}
		if _, err := webhooks.Move(ctx, partner, id, webhook.Delete); err != nil {
			return false, err
		}
	}
	return stand, nil
}

func is(err error, code problem.Code) bool {
	var p *problem.Error
	return errors.As(err, &p) && p.Code == code
}
