package gateway

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/bench/stub"
)

// Adopt takes up connections that were made past the API, and waits until they can send messages.
func (w *Waybill) Adopt(ctx context.Context, ids []string) error {
	for _, id := range ids {
		w.made = append(w.made, connection{ID: id})
	}
	return w.users(ctx)
}

// users waits until the users of all connections are known, without whom none can send messages. All are
// asked for at once: a question for each connection is one too many.
func (w *Waybill) users(ctx context.Context) error {
	places := map[string]int{}
	for n, c := range w.made {
		places[c.ID] = n
	}
	for {
		if err := w.list(ctx, places); err != nil {
			return err
		}
		if !slices.ContainsFunc(w.made, func(c connection) bool { return c.Sender == "" || c.Recipient == "" }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// list reads all users that there are.
func (w *Waybill) list(ctx context.Context, places map[string]int) error {
	for cursor := ""; ; {
		var users struct {
			Items []struct {
				ID         string `json:"id"`
				Connection string `json:"connection_id"`
				SourceID   string `json:"source_id"`
			} `json:"items"`
			Next string `json:"next_page"`
		}
		if err := w.Ask(ctx, http.MethodGet, "/v2/telematics/users?size=1000"+cursor, "", &users); err != nil {
			return err
		}
		for _, u := range users.Items {
			n, ours := places[u.Connection]
			switch {
			case ours && u.SourceID == stub.Driver:
				w.made[n].Recipient = u.ID
			case ours && u.SourceID == stub.Dispatch:
				w.made[n].Sender = u.ID
			}
		}
		if users.Next == "" {
			return nil
		}
		cursor = "&cursor=" + url.QueryEscape(users.Next)
	}
}
