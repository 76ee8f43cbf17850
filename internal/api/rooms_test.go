package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/connection"
	wrong "github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// desk stands for the rooms whose things are made, changed and ended. It keeps what it was asked,
// as a line, and answers with err.
type desk struct {
	asked string
	err   error
}

// The rooms of a desk; what they do not answer is not asked for.
type (
	linkDesk struct {
		api.Connections
		*desk
	}
	agreementDesk struct {
		api.Agreements
		*desk
	}
	hookDesk struct {
		api.Webhooks
		*desk
	}
	receiverDesk struct{ *desk }
	deliveryDesk struct {
		api.Deliveries
		*desk
	}
	recordDesk struct {
		api.Records
		*desk
	}
)

func (d *desk) note(format string, args ...any) error {
	d.asked += fmt.Sprintf(format, args...)
	return d.err
}

func (l linkDesk) Create(_ context.Context, who access.Principal, body []byte) (connection.Read, error) {
	return connection.Read{}, l.note("%s makes %s", who.Client, body)
}

func (l linkDesk) Update(_ context.Context, who access.Principal, id uuid.UUID, body []byte) (connection.Read, error) {
	return connection.Read{}, l.note("%s changes %s by %s", who.Client, id, body)
}

func (l linkDesk) Test(_ context.Context, who access.Principal, id uuid.UUID) (connection.Tested, error) {
	return connection.Tested{}, l.note("%s tests %s", who.Client, id)
}

func (l linkDesk) Delete(_ context.Context, who access.Principal, id uuid.UUID) error {
	return l.note("%s deletes %s", who.Client, id)
}

func (a agreementDesk) Create(_ context.Context, who access.Principal, body []byte) (access.Grant, error) {
	return access.Grant{}, a.note("%s makes %s", who.Client, body)
}

func (a agreementDesk) Update(_ context.Context, who access.Principal, id uuid.UUID, body []byte) (access.Grant,
	error) {
	return access.Grant{}, a.note("%s changes %s by %s", who.Client, id, body)
}

func (a agreementDesk) Move(_ context.Context, who access.Principal, id uuid.UUID, m access.Move) (access.Grant,
	error) {
	name := map[access.Move]string{access.Pause: "pauses", access.Activate: "activates", access.Cancel: "cancels",
		access.Delete: "deletes"}[m]
	return access.Grant{}, a.note("%s %s %s", who.Client, name, id)
}

func (h hookDesk) Create(_ context.Context, by webhook.Maker, body []byte) (webhook.Created, error) {
	return webhook.Created{Subscriptions: make([]webhook.Subscription, 1)}, h.note("%s makes %s", by.Partner, body)
}

func (h hookDesk) Update(_ context.Context, who, id uuid.UUID, body []byte) (webhook.Updated, error) {
	return webhook.Updated{}, h.note("%s changes %s by %s", who, id, body)
}

func (h hookDesk) Move(_ context.Context, who, id uuid.UUID, m webhook.Move) (webhook.Subscription, error) {
	return webhook.Subscription{}, h.note("%s moves %s: %s", who, id, m)
}

func (h receiverDesk) Pause(_ context.Context, by webhook.Hand) (webhook.Subscription, error) {
	return webhook.Subscription{}, h.note("%s moves %s: paused", by.Partner, by.Subscription)
}

func (h receiverDesk) Test(_ context.Context, who, id uuid.UUID) (webhook.Tested, error) {
	return webhook.Tested{Webhook: id}, h.note("%s tests %s", who, id)
}

func (d deliveryDesk) Replay(_ context.Context, who, id uuid.UUID, body []byte) (webhook.Replayed, error) {
	return webhook.Replayed{}, d.note("%s replays %s by %s", who, id, body)
}

func (r recordDesk) RequestImport(_ context.Context, who access.Principal, id uuid.UUID) ([]record.Freshness, error) {
	return []record.Freshness{}, r.note("%s imports %s", who.Client, id)
}

// changes lists what changes something besides writes, with what its room is asked and its status.
func changes() map[string]string {
	const connections, agreements, hooks = "/v2/integrations/connections", "/v2/orgs/share-agreements",
		"/v2/notifications/webhooks"
	return map[string]string{
		"POST " + connections:                          "200 me makes {}",
		"PATCH " + connections + "/" + one:             "200 me changes " + one + " by {}",
		"DELETE " + connections + "/" + one:            "204 me deletes " + one,
		"POST " + connections + "/" + one + "/import":  "202 me imports " + one,
		"POST " + connections + "/" + one + "/test":    "200 me tests " + one,
		"POST " + agreements:                           "201 me makes {}",
		"PATCH " + agreements + "/" + one:              "200 me changes " + one + " by {}",
		"DELETE " + agreements + "/" + one:             "204 me deletes " + one,
		"POST " + agreements + "/" + one + "/pause":    "200 me pauses " + one,
		"POST " + agreements + "/" + one + "/activate": "200 me activates " + one,
		"POST " + agreements + "/" + one + "/cancel":   "200 me cancels " + one,
		"POST " + hooks:                                "200 " + uuid.Max.String() + " makes {}",
		"PATCH " + hooks + "/" + one:                   "200 " + uuid.Max.String() + " changes " + one + " by {}",
		"DELETE " + hooks + "/" + one:                  "204 " + uuid.Max.String() + " moves " + one + ": deleted",
		"POST " + hooks + "/" + one + "/pause":         "200 " + uuid.Max.String() + " moves " + one + ": paused",
		"POST " + hooks + "/" + one + "/activate":      "200 " + uuid.Max.String() + " moves " + one + ": activated",
		"POST " + hooks + "/" + one + "/replay":        "202 " + uuid.Max.String() + " replays " + one + " by {}",
	}
}

// staffed is a counter with a desk behind it.
func staffed(t *testing.T) (*counter, *desk) {
	t.Helper()
	c, d := serve(t, nil), &desk{}
	c.Server = api.New(api.Config{Tokens: c, Connections: linkDesk{desk: d}, Agreements: agreementDesk{desk: d},
		Webhooks: hookDesk{desk: d}, Receivers: receiverDesk{d}, Deliveries: deliveryDesk{desk: d}, Records: recordDesk{desk: d},
		Strict: openapi.NewStrict, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	return c, d
}

func TestEachChangeReachesItsRoomInItsCallersName(t *testing.T) {
	t.Parallel()
	for line, want := range changes() {
		c, d := staffed(t)
		a := c.do(line, "{}")
		if got := fmt.Sprint(a.Code, " ", d.asked); got != want {
			t.Errorf("%s: %s, not %s: %s", line, got, want, a.Body)
		}
		if empty := a.Body.Len() == 0; empty != (a.Code == 204) {
			t.Errorf("%s: %d with %q", line, a.Code, a.Body)
		}
		d.err = wrong.New(wrong.Conflict, "it moved on")
		if a := c.do(line, "{}"); a.Code != 409 || !strings.Contains(a.Body.String(), `"detail":"it moved on"`) {
			t.Errorf("%s: %d %s", line, a.Code, a.Body)
		}
	}
}

func TestAFilterInTheBodyOfAGetIsRefused(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{"": 200, "{}": 200, " null\n": 200, `{"size":1}`: 400, "size=1": 400} {
		c := serve(t, nil)
		if a := c.do("GET /healthz", body); a.Code != want {
			t.Errorf("%q: %d %s", body, a.Code, a.Body)
		}
	}
}

func TestAChangeThatCannotBeReadReachesNoRoom(t *testing.T) {
	t.Parallel()
	for line := range changes() {
		c, d := staffed(t)
		if strings.Contains(line, one) {
			a := c.do(strings.Replace(line, one, "seven", 1), "{}")
			if a.Code != 422 || !strings.Contains(a.Body.String(), `"input":"seven","message":"must be a UUID such as`) {
				t.Errorf("%s: %d %s", line, a.Code, a.Body)
			}
		}
		if strings.HasSuffix(changes()[line], "{}") {
			if a := c.do(line, "{}", "Content-Type", "text/plain"); a.Code != 400 {
				t.Errorf("%s: %d %s", line, a.Code, a.Body)
			}
		}
		if a := c.do(line, "{}", "Idempotency-Key", "k"); a.Code != 422 ||
			!strings.Contains(a.Body.String(), `"path":"Idempotency-Key","input":"k","message":"is not taken by this request`) {
			t.Errorf("%s with a key: %d %s", line, a.Code, a.Body)
		}
		if strings.HasPrefix(line, "DELETE ") || !strings.HasSuffix(changes()[line], "{}") {
			if a := c.do(line, `{"kinds":["vehicle"]}`); a.Code != 400 || !strings.Contains(a.Body.String(), "takes no body") {
				t.Errorf("%s with a body: %d %s", line, a.Code, a.Body)
			}
		}
		if d.asked != "" {
			t.Errorf("%s: its room was asked %s", line, d.asked)
		}
	}
}
