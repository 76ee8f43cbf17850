package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"

	"golang.org/x/sync/errgroup"
)

// connecting is how many connections are made at once; Waybill tries 16 credentials of a partner.
const connecting = 8

// fill makes a client, its subscription and connections, and waits for their records.
func (w *Waybill) fill(ctx context.Context) error {
	id, secret, err := w.createClient(ctx)
	if err != nil {
		return err
	}
	w.token = &token{client: w.client, id: id, secret: secret,
		url: "http://" + w.addr + "/realms/waybill/protocol/openid-connect/token"}
	hook := fmt.Sprintf(`{"url":"%s/","event_name":"resource_operation.succeeded","secret":%q}`,
		w.Receiver.SecureURL(), Secret)
	var made struct {
		ID string `json:"id"`
	}
	if err := w.Ask(ctx, http.MethodPost, "/v2/notifications/webhooks", hook, &made); err != nil {
		return err
	}
	w.subscription = made.ID
	if w.samsara, err = w.tspID(ctx); err != nil {
		return err
	}
	w.made = make([]connection, w.Connections)
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(connecting)
	for n := range w.made {
		g.Go(func() (err error) { w.made[n].ID, err = w.Connect(within, n); return err })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return w.users(ctx)
}

// createClient makes a client beside the service, as an operator does.
func (w *Waybill) createClient(ctx context.Context) (id, secret string, err error) {
	cmd := exec.CommandContext(ctx, w.Binary, "client", "create", "bench", "--partner", "Bench")
	cmd.Env = w.environ
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", "", fmt.Errorf("making a client: %s", failed.Stderr)
	}
	for line := range strings.Lines(string(out)) {
		switch name, text, _ := strings.Cut(strings.TrimSpace(line), ": "); name {
		case "client_secret":
			secret = text
		case "partner_id":
			w.partner = text
		}
	}
	if secret == "" {
		return "", "", errors.Join(fmt.Errorf("making a client printed no secret: %s", out), err)
	}
	return "bench", secret, err
}

func (w *Waybill) tspID(ctx context.Context) (string, error) {
	var known struct {
		Items []struct {
			ID   string `json:"tsp_id"`
			Slug string `json:"slug"`
		} `json:"items"`
	}
	if err := w.Ask(ctx, http.MethodGet, "/v2/integrations/tsps?size=100", "", &known); err != nil {
		return "", err
	}
	for _, one := range known.Items {
		if one.Slug == "samsara" {
			return one.ID, nil
		}
	}
	return "", fmt.Errorf("there is no Samsara among %+v", known.Items)
}

// Connect makes one connection more, without waiting for its records, and returns its id.
func (w *Waybill) Connect(ctx context.Context, n int) (string, error) {
	body := fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-%d","credentials":{"token":"%s-%[2]d"}}`,
		w.samsara, n, cmp.Or(w.Account, "account"))
	var made struct {
		ID string `json:"id"`
	}
	err := w.Ask(ctx, http.MethodPost, "/v2/integrations/connections", body, &made)
	return made.ID, err
}
