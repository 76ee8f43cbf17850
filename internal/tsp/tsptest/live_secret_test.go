package tsptest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func TestEverySecretIsHiddenAndTellingOneIsAFailure(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(tellsToken), nil)
	token := ""
	l.spoil = func(w http.ResponseWriter, r *http.Request) bool {
		refused := r.Method == http.MethodPost && r.URL.Path == "/vehicles"
		if refused {
			token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			tell(w, http.StatusConflict, simkit.Object{})
		}
		return refused
	}
	failures := strings.Join(l.run(), "\n")
	if !strings.Contains(failures, "told a secret") {
		t.Errorf("nobody minds that the adapter tells a secret:\n%s", failures)
	}
	for _, secret := range []string{token, "demo-password", "first-password-7"} {
		if secret == "" || strings.Contains(l.text(), secret) {
			t.Errorf("the run tells %q", secret)
		}
	}
}

func TestDerivedPasswordsAreSecretsToo(t *testing.T) {
	t.Parallel()
	l := newLiveTest(t, referenceConfig(""), map[string]string{envSettings: `{"home_group":"g1"}`})
	l.must(t)
	if len(l.derived) == 0 {
		t.Fatal("no password was derived")
	}
	if text := l.hide("the password is " + l.derived[0]); text != "the password is *****" {
		t.Error(text)
	}
}
