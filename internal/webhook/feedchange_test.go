package webhook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
)

const fed = `{"url":"waybill:feed","event_name":"resource_operation.created"}`

func TestAFeedTakesNothingThatSaysHowToSend(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"secret":"0123456789ab"}`, `{"generate_secret":true}`, `{"encoding":"gzip"}`,
		`{"retry_refused":true}`, `{"url":"waybill:feed","encoding":"gzip"}`, `{"filters":null,"retry_refused":false}`} {
		d := newDesk(t, fed)
		before := d.store.subs[0]
		_, err := d.update(body)
		p := problem.Of(err)
		if p.Code != problem.Invalid || len(p.Details) != 1 || !strings.Contains(p.Details[0].Message, "no effect on a feed") {
			t.Errorf("%s: %v %v", body, err, p.Details)
		}
		if diff := cmp.Diff(before, d.store.subs[0]); diff != "" || len(d.store.told) > 0 {
			t.Errorf("%s has changed something: %s", body, diff)
		}
	}
}

func TestAFeedBecomesAReceiverAndAFeedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, fed)
	sent := d.changed(`{"url":"https://hooks.example.com/in","secret":"0123456789ab","encoding":"gzip","retry_refused":true}`)
	if sent.URL != "https://hooks.example.com/in" || sent.Encoding != webhook.Gzip || !sent.RetryRefused ||
		string(sent.Sealed) != string(seal(&sent, "0123456789ab")) {
		t.Errorf("it became %+v", sent)
	}
	if again := d.changed(`{"url":"waybill:feed"}`); again.URL != webhook.FeedURL {
		t.Errorf("it became %+v", again)
	}
	if last := d.changed(`{"filters":{"fleet_refs":["a"]}}`); last.Filters.Key() == "" {
		t.Error("a feed's filters do not change")
	}
}

func TestAStrictReaderGetsNoMemberThatTheContractLacks(t *testing.T) {
	t.Parallel()
	s := newShelf(1)
	f := webhook.NewFeed(webhook.FeedConfig{Store: s, Lets: s.lets, Now: time.Now, Strict: func(name string, _ []byte) ([]byte, error) {
		return []byte(`{"only":"` + name + `"}`), nil
	}})
	for strict, says := range map[bool]string{true: `"data":[{"only":"resource_operation.created"}]`, false: `"data":[{"a":1}]`} {
		p, err := f.Read(t.Context(), acme, webhook.FeedRequest{Size: 1, Strict: strict})
		if err != nil || len(p.Items) != 1 {
			t.Fatalf("%d, %v", len(p.Items), err)
		}
		if text := string(p.Items[0]); !strings.Contains(text, says) || strings.Contains(text, `"sequence"`) == strict {
			t.Errorf("strict %v: %s", strict, text)
		}
	}
}

func TestASecretThatTheOfficialLibrariesCannotUseIsTakenWithAWarning(t *testing.T) {
	t.Parallel()
	for secret, says := range map[string]string{
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw":       "",
		"a text of twelve and more":                    "",
		string(webhook.RandomSecret()):                 "",
		"whsec_not base64 at all":                      "no standard Base64",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS":        "no standard Base64",
		"whsec_" + strings.Repeat("AAAA", 7):           "21 bytes",
		"whsec_" + strings.Repeat("AAAA", 8):           "",
		"whsec_" + strings.Repeat("AAAA", 22):          "66 bytes",
		"whsec_" + strings.Repeat("AAAA", 21) + "AA==": "",
	} {
		d := newDesk(t, `{"url":"https://h.example/in","event_name":"resource_operation.created","secret":"`+secret+`"}`)
		made := mustCreate(t, d.Service, `{"url":"https://h.example/2","event_name":"resource_operation.created","secret":"`+
			secret+`"}`)
		updated, err := d.update(`{"secret":"` + secret + `"}`)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range [][]webhook.Warning{made.Body().(webhook.Webhook).Warnings, updated.Body().Warnings} {
			if says == "" && len(w) > 0 ||
				says != "" && (len(w) != 1 || w[0].Path != "secret" || !strings.Contains(w[0].Message, says)) {
				t.Errorf("%s: %+v", secret, w)
			}
		}
		if w := d.store.subs[0].Read().Warnings; len(w) > 0 {
			t.Errorf("read later: %+v", w)
		}
	}
}
