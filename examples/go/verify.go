package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tolerance is how old a signature may be. With more, a delivery that somebody caught could be
// sent to you again.
const tolerance = 5 * time.Minute

// verified tells whether a body, behind its encoding, was signed with one of the secrets just now. Either form
// of signature proves that. While a secret is being replaced, X-Catena-Signature is made with the
// new one alone, and webhook-signature with both.
func verified(h http.Header, body []byte, secrets []string, now time.Time) bool {
	for _, secret := range secrets {
		if catena(h, body, secret, now) || standard(h, body, secret, now) {
			return true
		}
	}
	return false
}

// catena checks X-Catena-Signature: the key is the text of the secret.
func catena(h http.Header, body []byte, secret string, now time.Time) bool {
	stamp := h.Get("X-Catena-Timestamp")
	sent, err := time.Parse(time.RFC3339, stamp)
	return err == nil && fresh(sent, now) && hmac.Equal([]byte(h.Get("X-Catena-Signature")), sign([]byte(secret), stamp, body))
}

// standard checks webhook-signature of Standard Webhooks, which may hold several: the key of a secret
// with whsec_ is the Base64 behind it.
func standard(h http.Header, body []byte, secret string, now time.Time) bool {
	stamp := h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || !fresh(time.Unix(seconds, 0), now) {
		return false
	}
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if key, err = base64.StdEncoding.DecodeString(text); err != nil {
			return false
		}
	}
	want := append([]byte("v1,"), sign(key, h.Get("webhook-id")+"."+stamp, body)...)
	for _, given := range strings.Fields(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(given), want) {
			return true
		}
	}
	return false
}

// sign is the Base64 of the HMAC-SHA256 over what stands before the body, a full stop, and the body.
func sign(key []byte, before string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(before + "."))
	mac.Write(body)
	return []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// fresh refuses times ahead as well: what is dated tomorrow could be sent again tomorrow.
func fresh(sent, now time.Time) bool {
	off := now.Sub(sent)
	return off <= tolerance && off >= -tolerance
}
