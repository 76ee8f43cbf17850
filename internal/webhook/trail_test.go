package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// over is the standard Base64 of HMAC-SHA256.
func over(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestWhatWasSignedIsKnownAfterTheAttemptWhateverBecameOfIt(t *testing.T) {
	t.Parallel()
	for _, encoding := range []webhook.Encoding{webhook.Identity, webhook.Gzip} {
		var head http.Header
		s := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			head = r.Header.Clone()
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		d := to(s.URL)
		d.Subscription.Encoding, d.Attempt = encoding, 3
		r := newSender(t, loopback, time.Minute).Send(t.Context(), d)
		body, err := webhook.Envelope(d)
		if err != nil {
			t.Fatal(err)
		}
		if r.Signed.Sum != sha256.Sum256(body) {
			t.Errorf("%s: another body was signed than the envelope", encoding)
		}
		contract, standard := r.Signed.Before(d.Event.ID)
		if want := over(string(d.Subscription.Secret), contract+string(body)); head.Get("X-Catena-Signature") != want {
			t.Errorf("%s: the contract's signature is %q, and over %q it is %q", encoding, head.Get("X-Catena-Signature"), contract, want)
		}
		if want := d.Event.ID.String() + "." + head.Get("Webhook-Timestamp") + "."; standard != want {
			t.Errorf("%s: the standard form begins with %q, want %q", encoding, standard, want)
		}
		log := r.Log(d, noon)
		if log.Subject != d.Event.Subject || log.Attempt != 3 || log.Signed != r.Signed {
			t.Errorf("%s: the log has %+v", encoding, log)
		}
	}
	d := to("https://a.example")
	d.Event.Data = []byte("{")
	if r := newSender(t, loopback, time.Second).Send(t.Context(), d); !r.Signed.At.IsZero() {
		t.Errorf("an event that cannot be written has signed %+v", r.Signed)
	}
}

// trailed is a service over a subscription whose event about a subject was tried once.
func trailed(t *testing.T, strict bool) (*webhook.Service, *memory, webhook.Undelivered) {
	t.Helper()
	m, d := &memory{}, to("https://a.example/hooks")
	d.Subscription.Partner, d.Subscription.Strict = uuid.UUID{1}, strict
	d.Event.Subject, d.Sequence, d.Attempt = uuid.New(), 4, 1
	shorten := func(_ string, data []byte) ([]byte, error) { return data[:len(data):len(data)], nil }
	var sent []byte
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		sent, _ = io.ReadAll(r.Body)
		return &http.Response{StatusCode: 503, Body: http.NoBody, Header: http.Header{}}, nil
	})}
	d.Subscription.Encoding = webhook.Identity
	sender := webhook.NewSender(client, func() time.Time { return noon })
	sender.Strict = shorten
	r := sender.Send(t.Context(), d)
	m.subs = []webhook.Subscription{d.Subscription}
	m.logs = []webhook.DeliveryLog{r.Log(d, noon)}
	kept := webhook.Undelivered{Waiting: webhook.Waiting{Seq: 1, Subscription: d.Subscription.ID, Sequence: 4, Tries: 1, Event: d.Event},
		State: webhook.DeliveryWaiting}
	m.kept = []webhook.Undelivered{kept}
	if len(sent) == 0 {
		t.Fatal("nothing was sent")
	}
	return webhook.New(webhook.Config{Store: m, Sealer: binder{}, Strict: shorten}), m, kept
}

func TestATrackHasTheBodyThatWasSignedOrNone(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		s, m, kept := trailed(t, strict)
		tracks := func() []webhook.Track {
			all, more, err := s.Tracks(t.Context(), uuid.UUID{1}, kept.Event.Subject, nil)
			if err != nil || more {
				t.Fatal(err, more)
			}
			return all
		}
		one := tracks()[0]
		if one.Kept == nil || len(one.Logs) != 1 || sha256.Sum256(one.Body) != one.Logs[0].Signed.Sum || strings.Contains(string(one.Body), "sequence") == strict {
			t.Errorf("strict %v: %+v %s", strict, one, one.Body)
		}
		m.kept[0].Event.Data = []byte(`{"changed":true}`)
		if one = tracks()[0]; one.Body != nil {
			t.Errorf("a body that was not signed is told as if it were: %s", one.Body)
		}
		m.kept = nil
		if one = tracks()[0]; one.Body != nil || one.Kept != nil || len(one.Logs) != 1 {
			t.Errorf("of what was delivered: %+v", one)
		}
		m.subs = nil
		if one = tracks()[0]; one.Subscription.ID != kept.Subscription || one.Subscription.Status != webhook.Deleted {
			t.Errorf("of a subscription that was deleted: %+v", one.Subscription)
		}
	}
}

func TestTracksAreByEventAndSubscriptionTheNewestEventFirst(t *testing.T) {
	t.Parallel()
	m, subject := &memory{}, uuid.New()
	older, newer, to := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.New()
	for i, of := range []uuid.UUID{older, newer, older} {
		m.logs = append(m.logs, webhook.DeliveryLog{ID: uuid.New(), Subscription: to, EventID: of, Subject: subject, CreatedAt: noon.Add(time.Duration(i) * time.Second)})
	}
	s := webhook.New(webhook.Config{Store: m, Sealer: binder{}})
	all, _, err := s.Tracks(t.Context(), uuid.UUID{1}, subject, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []uuid.UUID
	for _, one := range all {
		got = append(got, one.EventID)
	}
	if !slices.Equal(got, []uuid.UUID{newer, older}) || len(all[1].Logs) != 2 || all[1].Logs[0].CreatedAt != noon.Add(2*time.Second) {
		t.Errorf("got %+v", all)
	}
	for range webhook.MostTrailed {
		m.logs = append(m.logs, webhook.DeliveryLog{ID: uuid.New(), Subscription: to, EventID: older, Subject: subject, CreatedAt: noon})
	}
	if _, more, err := s.Tracks(t.Context(), uuid.UUID{1}, subject, nil); err != nil || !more {
		t.Errorf("of too many: more %v, %v", more, err)
	}
}
