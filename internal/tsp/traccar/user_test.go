package traccar_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// minted is a token that the simulator at a URL makes for whoever signs in.
func minted(t *testing.T, url, user, password string) tsp.Credentials {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/session/token", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(user, password)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s, %v", answer.StatusCode, text, err)
	}
	return tsp.Credentials{Kind: "token", Fields: map[string]string{"token": string(text), "url": url}}
}

func TestItIsToldWhetherOtherCredentialsAreThoseOfTheSameUser(t *testing.T) {
	t.Parallel()
	url := served(t)
	const admin, dana = "demo-service@waybill.example", "dispatcher@waybill.example"
	const adminPassword, danaPassword = "traccar-demo-password", "traccar-dispatcher-password"
	all := map[string]tsp.Credentials{
		"the admin":       basic(url, admin, adminPassword),
		"the admin, LOUD": basic(url, strings.ToUpper(admin)+" ", adminPassword),
		"the admin's":     minted(t, url, admin, adminPassword),
		"Dana":            basic(url, dana, danaPassword),
		"Dana's":          minted(t, url, dana, danaPassword),
		"Dana's second":   minted(t, url, dana, danaPassword),
	}
	for a, mine := range all {
		s := session(t, mine)
		for b, other := range all {
			same, err := s.(tsp.Recognizer).Recognizes(t.Context(), other, tsptest.Free{})
			if want := a[:4] == b[:4]; err != nil || same != want {
				t.Errorf("%s beside %s: %v, %v", a, b, same, err)
			}
		}
		if _, err := s.(tsp.Recognizer).Recognizes(t.Context(), token(url), tsptest.Free{}); err == nil {
			t.Errorf("%s beside a token that tells nothing: it is said whose it is", a)
		}
	}
}

func TestATokenThatIsNoneOfTheServersTellsNoUser(t *testing.T) {
	t.Parallel()
	url := served(t)
	mine := session(t, basic(url, "dispatcher@waybill.example", "traccar-dispatcher-password"))
	for _, block := range []string{"", "\x08", "\x080123456", "\xff{}", "\x00{}", "\x00{", "\x00[]", "\x00{\"u\":-2}", "\x00{\"u\":\"2\"}"} {
		other := tsp.Credentials{Kind: "token", Fields: map[string]string{"token": base64.RawURLEncoding.EncodeToString([]byte(block))}}
		if _, err := mine.(tsp.Recognizer).Recognizes(t.Context(), other, tsptest.Free{}); err == nil {
			t.Errorf("%q: it is said whose it is", block)
		}
	}
	// Of a user that was deleted the server tells administrators that there is none.
	gone := tsp.Credentials{Kind: "token", Fields: map[string]string{"token": base64.StdEncoding.EncodeToString(fmt.Append(nil, "\x00{\"u\":99}"))}}
	admin := session(t, basic(url, "demo-service@waybill.example", "traccar-demo-password"))
	if _, err := admin.(tsp.Recognizer).Recognizes(t.Context(), gone, tsptest.Free{}); err == nil {
		t.Error("it is said of a user that is gone whether it is another")
	}
}
