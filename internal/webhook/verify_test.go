package webhook

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

const vectorSecret = "wX9kLmP2nQrT4vYz"

func TestReceiversVerify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(http.Header)
		secret string
		body   string
		late   time.Duration
		want   error
	}{
		{"a delivery as it was sent passes", nil, vectorSecret, vectorBody, 0, nil},
		{"it passes 5 minutes later", nil, vectorSecret, vectorBody, 5 * time.Minute, nil},
		{"it is refused later than that", nil, vectorSecret, vectorBody, 5*time.Minute + time.Second, ErrTimestamp},
		{"it is refused long before it was sent", nil, vectorSecret, vectorBody, -6 * time.Minute, ErrTimestamp},
		{"another secret is refused", nil, "wX9kLmP2nQrT4vYy", vectorBody, 0, ErrSignature},
		{"another body is refused", nil, vectorSecret, vectorBody + " ", 0, ErrSignature},
		{"a missing signature is refused", without("X-Catena-Signature"), vectorSecret, vectorBody, 0, ErrSignature},
		{"a missing timestamp is refused", without("X-Catena-Timestamp"), vectorSecret, vectorBody, 0, ErrTimestamp},
		{"a moved timestamp is refused", with("X-Catena-Timestamp", "2026-01-15T10:30:01+00:00"), vectorSecret, vectorBody, 0, ErrSignature},
		{"the same time in other words is refused", with("X-Catena-Timestamp", "2026-01-15T10:30:00Z"), vectorSecret, vectorBody, 0, ErrSignature},
		{"the contract's headers are enough", without("Webhook-Signature"), vectorSecret, vectorBody, 0, nil},
		{"those of Standard Webhooks alone are not", without("X-Catena-Timestamp"), vectorSecret, vectorBody, 0, ErrTimestamp},
		{"another event id is refused", with("Webhook-Id", "x"), vectorSecret, vectorBody, 0, ErrSignature},
		{"a standard timestamp that is none is refused", with("Webhook-Timestamp", "now"), vectorSecret, vectorBody, 0, ErrTimestamp},
		{"an old standard timestamp is refused", with("Webhook-Timestamp", "1768000000"), vectorSecret, vectorBody, 0, ErrTimestamp},
		{"a wrong standard signature is refused", with("Webhook-Signature", "v1,AAAA"), vectorSecret, vectorBody, 0, ErrSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := headers(vectorDelivery(), []byte(vectorBody), vectorTime, uuid.New())
			if tt.change != nil {
				tt.change(h)
			}
			now := vectorTime.Truncate(time.Second).Add(tt.late)
			if err := Verify(h, []byte(tt.body), tt.secret, now); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestOneOfSeveralStandardSignaturesIsEnough(t *testing.T) {
	t.Parallel()
	h := headers(vectorDelivery(), []byte(vectorBody), vectorTime, uuid.New())
	h.Set("Webhook-Signature", "v1,AAAA "+h.Get("Webhook-Signature"))
	if err := Verify(h, []byte(vectorBody), vectorSecret, vectorTime); err != nil {
		t.Error(err)
	}
}

func TestAnEnvelopeOfTheFeedIsSignedAsADeliveryIs(t *testing.T) {
	t.Parallel()
	d := vectorDelivery()
	d.Event.Data, d.Sequence = []byte("{}"), 7
	body, err := Envelope(d)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Sign(body, vectorSecret, vectorTime)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(got, body, vectorSecret, vectorTime); err != nil {
		t.Error(err)
	}
	got.Del("X-Request-Id")
	want := headers(d, body, vectorTime, uuid.New())
	want.Del("X-Request-Id")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Sign([]byte("{"), vectorSecret, vectorTime); err == nil {
		t.Error("what is no envelope is signed")
	}
}

func without(name string) func(http.Header) { return func(h http.Header) { h.Del(name) } }

func with(name, value string) func(http.Header) {
	return func(h http.Header) { h.Set(name, value) }
}

func FuzzVerifyAcceptsOnlyTheRightSignature(f *testing.F) {
	good := headers(vectorDelivery(), []byte(vectorBody), vectorTime, uuid.Nil)
	f.Add(good.Get(headerTimestamp), good.Get(headerSignature), good.Get(headerStandardID),
		good.Get(headerStandardTimestamp), good.Get(headerStandardSignature), []byte(vectorBody))
	f.Add("", "", "", "", "", []byte(nil))
	f.Add("2026-01-15T10:30:00+00:00", "=", "a", "9223372036854775807", "v1, v2,", []byte("{}"))
	f.Fuzz(func(t *testing.T, stamp, signature, id, unix, standard string, body []byte) {
		h := http.Header{headerTimestamp: {stamp}, headerSignature: {signature}, headerStandardID: {id},
			headerStandardTimestamp: {unix}, headerStandardSignature: {standard}}
		if Verify(h, body, vectorSecret, vectorTime) != nil {
			return
		}
		if signature != digest([]byte(vectorSecret), stamp, body) {
			t.Errorf("accepted %q for %q", signature, body)
		}
	})
}
