package gateway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	json "github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"github.com/waybill-dev/waybill/bench/stub"
)

// connecting is how many connections are made at once; Waybill tries 16 credentials of a partner.
const connecting = 8

// fill makes a client, its subscription and connections, and waits for their records.
func (w *Waybill) fill(ctx context.Context) error {
	id, secret, err := w.createClient(ctx)
	if err != nil {
		return err
	}
	w.token = &token{client: w.client, url: "http://" + w.addr + "/realms/waybill/protocol/openid-connect/token", id: id, secret: secret}
	hook := fmt.Sprintf(`{"url":%q,"event_name":"resource_operation.succeeded","secret":%q}`, w.Receiver.SecureURL()+"/", Secret)
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
	body := fmt.Sprintf(`{"tsp_id":%q,"fleet_ref":"fleet-%d","credentials":{"token":"%s-%d"}}`, w.samsara, n, cmp.Or(w.Account, "account"), n)
	var made struct {
		ID string `json:"id"`
	}
	err := w.Ask(ctx, http.MethodPost, "/v2/integrations/connections", body, &made)
	return made.ID, err
}

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

// Ask sends one request as the partner and reads its answer into something.
func (w *Waybill) Ask(ctx context.Context, method, path, body string, into any) error {
	bearer, err := w.token.get(ctx)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+w.addr+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return read(w.client, request, into)
}

// read sends a request and decodes what is answered, which must be no refusal.
func read(client *http.Client, request *http.Request, into any) error {
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s %s", request.Method, request.URL.Path, answer.Status, bytes.TrimSpace(raw))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// token is the access token of the client, got anew before it ends.
type token struct {
	client      *http.Client
	url         string
	id, secret  string
	mu          sync.Mutex
	text        string
	refreshedBy time.Time
}

func (t *token) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().Before(t.refreshedBy) {
		return t.text, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.id}, "client_secret": {t.secret}, "scope": {"organization"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var given struct {
		Token   string `json:"access_token"`
		Seconds int    `json:"expires_in"`
	}
	if err := read(t.client, request, &given); err != nil {
		return "", fmt.Errorf("getting a token: %w", err)
	}
	t.text, t.refreshedBy = given.Token, time.Now().Add(time.Duration(given.Seconds)*time.Second/2)
	return t.text, nil
}
