package app_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/demo"
	"github.com/waybill-dev/waybill/internal/store"
)

// quietURL is where a receiver is that nobody may learn of from the disk.
const quietURL = "https://hooks.example/quiet-way-of-a-receiver?token=quiet-token"

// asSealed waits until all that lies in the database is in the form that a setting asks for, and returns
// what is kept of that.
func (h *house) asSealed(set string) (kept string) {
	h.t.Helper()
	h.until("all is as "+set+" has it", func() bool {
		value, err := h.db.Meta(h.t.Context(), "sealed-at-rest")
		if err != nil {
			h.t.Fatal(err)
		}
		kept = string(value)
		return strings.HasPrefix(kept, set+":")
	})
	return kept
}

// quiet tells whether the receiver's URL is read as it was given.
func (h *house) quiet() bool {
	h.t.Helper()
	all, err := h.db.SubscriptionsAfter(h.t.Context(), uuid.Nil, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, s := range all {
		read, err := h.db.SubscriptionByID(h.t.Context(), s.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		if read.URL == quietURL {
			return true
		}
	}
	return false
}

// clear counts the texts of a closed database that are not sealed, and looks for the receiver's URL in it.
func (h *house) clear() (texts int, url bool) {
	h.t.Helper()
	db := beneath(h.t, h.config.DatabaseURL)
	raw, sealed := rawOf(h.t, h.config.DatabaseURL), "typeof(%s) <> 'text'"
	if store.Shared(h.config.DatabaseURL) {
		sealed = "starts_with(%s, chr(1) || chr(3))"
	}
	for table, column := range map[string]string{"operation": "payload", "attempt": "details", "event": "data",
		"subscription": "url", "receiver": "url"} {
		n := 0
		if err := db.QueryRowContext(h.t.Context(), `SELECT count(*) FROM `+table+` WHERE NOT `+
			fmt.Sprintf(sealed, column)).Scan(&n); err != nil {
			h.t.Fatal(err)
		}
		texts += n
	}
	return texts, bytes.Contains(raw, []byte("quiet-way-of-a-receiver"))
}

// writes tells that a write takes its whole way.
func (h *house) writes(text string) {
	h.t.Helper()
	if id := h.do("POST", messages, h.message(text)).field("id"); h.ended(id).field("status") != "success" {
		h.t.Errorf("%s: the write failed", text)
	}
}

func TestADatabaseIsSealedFromTheSettingOnAndReadableWhicheverWayItIsSet(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.do("POST", "/v2/notifications/webhooks", `{"url":"`+quietURL+`","event_name":"connection.created"}`)
	if made.status != http.StatusOK {
		t.Fatalf("%d %s", made.status, made.text)
	}
	h.writes("before")
	h.stop()
	if texts, url := h.clear(); texts == 0 || !url {
		t.Fatalf("%d texts lie as they are, the URL among them: %v", texts, url)
	}

	c := h.config
	c.SealAtRest = true
	h.start(c, h.listens)
	first := h.asSealed("on")
	h.writes("sealed")
	again := h.do("POST", "/v2/notifications/webhooks", `{"url":"`+quietURL+`","event_name":"connection.created"}`)
	if again.status != http.StatusConflict || !h.quiet() {
		t.Errorf("the same subscription once more: %d %s", again.status, again.text)
	}
	h.stop()
	if texts, url := h.clear(); texts != 0 || url {
		t.Errorf("%d texts lie as they are, the URL among them: %v", texts, url)
	}

	rotated := c
	rotated.Key, rotated.OldKey = newerKey, operatorKey
	if err := app.RotateKey(t.Context(), rotated); err != nil {
		t.Fatal(err)
	}
	c.Key = newerKey
	h.start(c, h.listens)
	h.until("all is sealed with the newest key", func() bool { return h.asSealed("on") != first })
	if !h.quiet() {
		t.Error("the URL is not read behind the rotation")
	}
	h.stop()

	c.SealAtRest = false
	h.start(c, h.listens)
	h.asSealed("off")
	h.writes("clear again")
	if !h.quiet() {
		t.Error("the URL is not read once nothing is sealed any more")
	}
	h.stop()
	if texts, url := h.clear(); texts == 0 || url {
		t.Errorf("%d texts lie as they are, the URL among them: %v", texts, url)
	}
}

func TestCommandsWorkBesideAServiceThatSealsAtRest(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.SealAtRest = true
	h := openWith(t, c)
	h.writes("before")
	gone, err := app.DeleteFleet(t.Context(), h.config, slog.New(slog.DiscardHandler), demo.ID(demo.FleetRef).String())
	if err != nil || gone.ID != demo.ID(demo.FleetRef) {
		t.Fatalf("%+v, %v", gone, err)
	}
	h.until("the connection is gone", func() bool {
		return h.do("GET", connections+"/"+h.ids.Connection.String(), "").status == http.StatusNotFound
	})
	if _, _, err := app.VerifyAudit(t.Context(), h.config); err != nil {
		t.Error(err)
	}
}
