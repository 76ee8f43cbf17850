package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
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
	h := make(http.Header, 16)
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "application/json")
	h.Set("User-Agent", "Catena-Webhook")
	h.Set(headerSignature, digest([]byte(d.Subscription.Secret), stamp, string(body)))
	h.Set(headerTimestamp, stamp)
	h.Set("X-Event-Type", d.Event.Name)
	h.Set("X-Webhook-ID", d.Subscription.ID.String())
	h.Set("X-Request-ID", request.String())
	h.Set("X-Schema-Version", schemaVersion)
	h.Set("X-Source", "catena-notifications")
	h.Set("X-Delivery-Attempt", strconv.Itoa(d.Attempt))
	if d.Sequence > 0 {
		h.Set(headerSequence, strconv.FormatInt(d.Sequence, 10))
	}
	h.Set(headerStandardID, id)
	h.Set(headerStandardTimestamp, unix)
	h.Set(headerStandardSignature, standardSignatures(d.Subscription.secrets(now), id, unix, string(body)))
	return h
}

// digest is the standard Base64 of HMAC-SHA256 over the parts, joined by full stops.
func digest(secret []byte, parts ...string) string {
	mac := hmac.New(sha256.New, secret)
	for i, part := range parts {
		if i > 0 {
			mac.Write([]byte{'.'})
		}
		mac.Write([]byte(part))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
