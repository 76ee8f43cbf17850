package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/app/apptest"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// newerKey is another operator's key.
const newerKey = "q0Fyq5lgd7Xo8u1K5OBEp0wYJv3Xq2s9bA4m7cT1nZk="

func TestTheOperatorsKeyIsReplacedBeneathARunningServiceAndAllIsSealedAnew(t *testing.T) {
	t.Parallel()
	h := open(t)
	rotated := h.config
	rotated.Key, rotated.OldKey = newerKey, operatorKey
	if err := app.RotateKey(t.Context(), rotated); err != nil {
		t.Fatal(err)
	}
	if id := h.do("POST", messages, h.message("beneath")).field("id"); h.ended(id).field("status") != "success" {
		t.Error("a write of the running service failed")
	}
	made := h.do("POST", connections, samsaraBody("fleet-2", "samsara-demo-token"))
	if made.status != http.StatusOK {
		t.Errorf("%d %s", made.status, made.text)
	}
	before, hooks := h.sealed(), h.hooked()
	h.stop()

	if _, err := app.Open(t.Context(), h.config,
		app.Options{Dev: true, Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")}); err == nil ||
		!strings.Contains(err.Error(), "waybill key rotate") {
		t.Errorf("with the key before: %v", err)
	}
	if err := app.RotateKey(t.Context(), rotated); err == nil ||
		!strings.Contains(err.Error(), "it was rotated before; restart the service") {
		t.Errorf("a second time: %v", err)
	}
	h.config.Key = newerKey
	h.start(h.config, h.listens)
	h.until("all is sealed anew", func() bool {
		return len(before) == 2 && len(hooks) > 0 && othersThan(before, h.sealed()) && othersThan(hooks, h.hooked())
	})
	if id := h.do("POST", messages, h.message("anew")).field("id"); h.ended(id).field("status") != "success" {
		t.Error("a write behind the rotation failed")
	}
	h.events(4)
}

func TestSigningKeysAreRotatedBehindTheOperatorsKeyBeneathARunningService(t *testing.T) {
	t.Parallel()
	h := open(t)
	rotated := h.config
	rotated.Key, rotated.OldKey = newerKey, operatorKey
	if err := app.RotateKey(t.Context(), rotated); err != nil {
		t.Fatal(err)
	}
	rotated.OldKey = ""
	if _, err := app.RotateSigning(t.Context(), rotated, true); err != nil {
		t.Fatal(err)
	}
	h.until("tokens of the key before end",
		func() bool { return h.do("GET", connections, "").status == http.StatusUnauthorized })
	h.token = h.tokenFor(app.DemoClient, app.DemoSecret, "")
	if got := h.do("GET", connections, ""); got.status != http.StatusOK {
		t.Errorf("a token of the new key: %d %s", got.status, got.text)
	}
}

func TestAKeyOfADatabaseWithoutSecretsCannotBeRotated(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL = newerKey, apptest.Database(t)
	if err := app.Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := app.RotateKey(t.Context(), c); err == nil || !strings.Contains(err.Error(), "nothing to rotate") {
		t.Error(err)
	}
}

func TestAKeyIsNotReplacedByItself(t *testing.T) {
	t.Parallel()
	c := config.Config{Key: operatorKey, OldKey: operatorKey}
	if err := app.CheckOldKey(c); err == nil || !strings.Contains(err.Error(), "the same as the new one") {
		t.Error(err)
	}
	c.OldKey = newerKey
	if err := app.CheckOldKey(c); err != nil {
		t.Error(err)
	}
}

// sealed are the sealed credentials of connections.
func (h *house) sealed() map[uuid.UUID][]byte {
	all, err := h.db.Connections(h.t.Context())
	return sealedOf(h.t, all, err, func(c connection.Connection) (uuid.UUID, []byte) { return c.ID, c.Sealed })
}

// hooked are the sealed secrets of subscriptions.
func (h *house) hooked() map[uuid.UUID][]byte {
	all, err := h.db.SubscriptionsAfter(h.t.Context(), uuid.Nil, 100)
	return sealedOf(h.t, all, err, func(s webhook.Subscription) (uuid.UUID, []byte) { return s.ID, s.Sealed })
}

// othersThan tells that everything was sealed anew.
func othersThan(before, after map[uuid.UUID][]byte) bool {
	for id, was := range before {
		if bytes.Equal(after[id], was) {
			return false
		}
	}
	return true
}

func sealedOf[T any](t *testing.T, all []T, err error, of func(T) (uuid.UUID, []byte)) map[uuid.UUID][]byte {
	if err != nil {
		t.Fatal(err)
	}
	out := map[uuid.UUID][]byte{}
	for _, one := range all {
		id, sealed := of(one)
		out[id] = sealed
	}
	return out
}

func TestADatabaseThatEveryUserOfTheMachineMayReadIsNotServed(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.Key, c.DatabaseURL = newerKey, apptest.Database(t)
	o := app.Options{Log: slog.New(slog.DiscardHandler), Adapters: adapters("samsara")}
	for i, end := range []string{"", ".lock"} {
		a, err := app.Open(t.Context(), c, o)
		if err != nil {
			t.Fatalf("after %d refusals: %v", i, err)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(c.DatabaseURL+end, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := app.Open(t.Context(), c, o); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%q readable: %v", end, err)
		}
		if err := os.Chmod(c.DatabaseURL+end, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
