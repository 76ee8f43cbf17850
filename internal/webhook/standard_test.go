package webhook

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// The vectors of Standard Webhooks and of Svix, from the tests of their Go libraries:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/webhook_test.go and
// https://github.com/svix/svix-webhooks/blob/main/go/webhook_test.go, read 2026-11-27.
const (
	standardSecret    = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	standardID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	standardBody      = `{"test": 2432232314}`
	standardSigned    = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	standardOther     = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
	standardTimestamp = 1614265330
)

func TestSignaturesAreThoseOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	for _, secret := range []Secret{"whsec_" + standardSecret, standardSecret} {
		all := standardSignatures([]Secret{secret}, standardID+".1614265330", []byte(standardBody))
		found := false
		for one := range strings.FieldsSeq(all) {
			found = found || one == standardSigned
		}
		if !found {
			t.Errorf("a secret of %d characters signs as %s", len(secret), all)
		}
	}
}

func TestTheVectorsOfStandardWebhooksAreJudgedAsItsLibrariesDo(t *testing.T) {
	t.Parallel()
	sent := time.Unix(standardTimestamp, 0)
	for _, tt := range []struct {
		name   string
		change func(http.Header)
		now    time.Time
		good   bool
	}{
		{"valid signature is valid", nil, sent, true},
		{"missing id returns error", without("Webhook-Id"), sent, false},
		{"missing timestamp returns error", without("Webhook-Timestamp"), sent, false},
		{"missing signature returns error", without("Webhook-Signature"), sent, false},
		{"invalid signature is invalid", with("Webhook-Signature", standardOther), sent, false},
		{"partial signature is invalid", with("Webhook-Signature", "v1,"), sent, false},
		{"old timestamp fails", nil, sent.Add(5*time.Minute + time.Second), false},
		{"new timestamp fails", nil, sent.Add(-5*time.Minute - time.Second), false},
		{"another timestamp fails", with("Webhook-Timestamp", "946684800"), time.Unix(946684800, 0), false},
		{"valid multi sig is valid", with("Webhook-Signature", strings.Join([]string{standardOther,
			"v2" + strings.TrimPrefix(standardOther, "v1"), standardSigned, standardOther}, " ")), sent, true},
		{"the right digest of another version is invalid", with("Webhook-Signature",
			"v2"+strings.TrimPrefix(standardSigned, "v1")), sent, false},
	} {
		for _, secret := range []Secret{standardSecret, "whsec_" + standardSecret} {
			h := http.Header{"Webhook-Id": {standardID}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {standardSigned}}
			if tt.change != nil {
				tt.change(h)
			}
			if err := verifyStandard(h, []byte(standardBody), secret, tt.now); (err == nil) != tt.good {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
}

func TestTheKeysOfASecret(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		secret Secret
		want   []string
	}{
		"a text that is no Base64":              {"at the gate!", []string{"at the gate!"}},
		"a text that happens to be Base64":      {"abcd", []string{"abcd", "\x69\xb7\x1d"}},
		"the same without its padding, as text": {"YWJjZGU", []string{"YWJjZGU", "abcde"}},
		"a text that is too short for Base64":   {"abcde", []string{"abcde"}},
		"letters beyond ASCII":                  {"Schlüssel", []string{"Schlüssel"}},
		"one of Standard Webhooks":              {"whsec_YWJjZGU=", []string{"abcde"}},
		"the same without its padding":          {"whsec_YWJjZGU", []string{"abcde"}},
		"a prefix before what is no Base64":     {"whsec_not base64", []string{"whsec_not base64"}},
		"the prefix alone":                      {"whsec_", []string{"whsec_"}},
		"the alphabet of URLs, as no library":   {"whsec_a-_b", []string{"whsec_a-_b"}},
		"the prefix in other letters is none":   {"WHSEC_YWJj", []string{"WHSEC_YWJj"}},
	} {
		var got []string
		for _, key := range c.secret.standardKeys() {
			got = append(got, string(key))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", says, diff)
		}
	}
}

func TestASecretThatWasReplacedSignsBesideTheNewOneForATime(t *testing.T) {
	t.Parallel()
	old, fresh := RandomSecret(), RandomSecret()
	d := vectorDelivery()
	d.Subscription.Secret, d.Subscription.PreviousSecret = fresh, old
	d.Subscription.PreviousUntil = vectorTime.Add(time.Hour)
	for says, c := range map[string]struct {
		at   time.Time
		both bool
	}{
		"at once":             {vectorTime, true},
		"at its last moment":  {vectorTime.Add(time.Hour - 1), true},
		"when it is over":     {vectorTime.Add(time.Hour), false},
		"a long time behind":  {vectorTime.Add(24 * time.Hour), false},
		"before it was asked": {vectorTime.Add(-time.Hour), true},
	} {
		h := headers(d, []byte(vectorBody), c.at, uuid.New())
		if err := Verify(h, []byte(vectorBody), string(fresh), c.at); err != nil {
			t.Errorf("%s: the new secret: %v", says, err)
		}
		if err := verifyStandard(h, []byte(vectorBody), old, c.at); (err == nil) != c.both {
			t.Errorf("%s: the secret before it: %v", says, err)
		}
		if want := digest([]byte(fresh), h.Get(headerTimestamp), []byte(vectorBody)); h.Get(headerSignature) != want {
			t.Errorf("%s: the contract's signature is not over the new secret", says)
		}
	}
}

func TestASecretReplacedByAnotherSpellingOfItselfSignsOnce(t *testing.T) {
	t.Parallel()
	same := []Secret{"whsec_YWJjZGU=", "whsec_YWJjZGU"}
	if got := standardSignatures(same, "a.1", []byte("{}")); len(strings.Fields(got)) != 1 {
		t.Errorf("got %s", got)
	}
}

// Whatever a secret is made of, what is signed with it verifies with it, and with no other.
func FuzzASecretVerifiesWhatItSigned(f *testing.F) {
	f.Add("whsec_YWJj", "YWJj", "{}")
	f.Fuzz(func(t *testing.T, secret, other, body string) {
		d := vectorDelivery()
		d.Subscription.Secret = Secret(secret)
		h := headers(d, []byte(body), vectorTime, uuid.Nil)
		if err := Verify(h, []byte(body), secret, vectorTime); err != nil {
			t.Errorf("%q: %v", secret, err)
		}
		if keys := Secret(secret).standardKeys(); len(keys) == 0 || len(keys) > 2 || secret != "" && len(keys[0]) == 0 {
			t.Errorf("%q has the keys %q", secret, keys)
		}
		// HMAC fills short keys up with zeros.
		if strings.TrimRight(other, "\x00") == strings.TrimRight(secret, "\x00") || len(other) > 64 || len(secret) > 64 {
			return
		}
		if err := Verify(h, []byte(body), other, vectorTime); err == nil {
			t.Errorf("what was signed with %q verifies with %q", secret, other)
		}
	})
}
