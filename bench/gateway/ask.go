package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	json "github.com/go-json-experiment/json"
)

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
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.id}, "client_secret": {t.secret},
		"scope": {"organization"}}
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
