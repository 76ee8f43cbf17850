package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
)

// The headers of a delivery that carry its proof: the contract's, and those of Standard Webhooks
// (https://www.standardwebhooks.com). The names and constants of the contract stay as they are, so
// that its receivers work unchanged.
const (
	headerSignature = "X-Catena-Signature"
	headerTimestamp = "X-Catena-Timestamp"

	headerStandardID        = "Webhook-Id"
	headerStandardTimestamp = "Webhook-Timestamp"
	headerStandardSignature = "Webhook-Signature"

	headerSequence = "X-Waybill-Sequence"
)

// catenaTime writes UTC as +00:00, as the contract shows it.
const catenaTime = "2006-01-02T15:04:05-07:00"

// headers returns all headers of one request that delivers a body, but for its encoding. Both forms
// of signature cover the body before gzip, so whatever unpacks it on the way does no harm. Each
// covers its own timestamp, so that neither can be taken for a later one. The contract's has room
// for one secret: while the one before still signs, only webhook-signature has both.
func headers(d Delivery, body []byte, now time.Time, request uuid.UUID) http.Header {
	now = now.UTC()
	// Signed exactly as it is sent: a receiver need not parse it to check.
	stamp, unix := now.Format(catenaTime), strconv.FormatInt(now.Unix(), 10)
	id := d.Event.ID.String()
	h, values := make(http.Header, 16), make([]string, 0, 16)
	// The names are in their canonical form, and all values in one array.
	set := func(name, value string) {
		values = append(values, value)
		h[name] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Content-Type", "application/json")
	set("Accept", "application/json")
	set("User-Agent", "Catena-Webhook")
	set(headerSignature, digest([]byte(d.Subscription.Secret), stamp, body))
	set(headerTimestamp, stamp)
	set("X-Event-Type", d.Event.Name)
	set("X-Webhook-Id", d.Subscription.ID.String())
	set("X-Request-Id", request.String())
	set("X-Schema-Version", schemaVersion)
	set("X-Source", "catena-notifications")
	set("X-Delivery-Attempt", strconv.Itoa(d.Attempt))
	if d.Sequence > 0 {
		set(headerSequence, strconv.FormatInt(d.Sequence, 10))
	}
	if d.Test {
		set(headerTest, "true")
	}
	set(headerStandardID, id)
	set(headerStandardTimestamp, unix)
	set(headerStandardSignature, standardSignatures(d.Subscription.secrets(now), id+"."+unix, body))
	return h
}

// Sign returns the headers with which a delivery is sent whose envelope was read from the feed, for whoever hands it to a
// receiver that knows deliveries.
func Sign(envelopeOf []byte, secret Secret, now time.Time) (http.Header, error) {
	var e envelope
	if err := json.Unmarshal(envelopeOf, &e); err != nil {
		return nil, fmt.Errorf("reading an envelope: %w", err)
	}
	d := Delivery{Subscription: Subscription{ID: e.WebhookID, Secret: secret}, Event: event.Event{ID: e.ID, Name: e.EventName},
		Attempt: e.Attempt, Sequence: e.Sequence}
	return headers(d, envelopeOf, now, uuid.New()), nil
}

// digest is the standard Base64 of HMAC-SHA256 over what is before a body, a full stop and the body.
func digest(secret []byte, before string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(before))
	mac.Write([]byte{'.'})
	mac.Write(body)
	var sum [sha256.Size]byte
	return base64.StdEncoding.EncodeToString(mac.Sum(sum[:0]))
}
