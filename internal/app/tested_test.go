package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
)

func TestTheCredentialsOfAConnectionAreTestedAtItsTSP(t *testing.T) {
	t.Parallel()
	h := openWith(t, config.Default())
	one := connections + "/" + h.ids.Connection.String()
	a := h.do("POST", one+"/test", "")
	if a.status != http.StatusOK || a.field("outcome") != "works" || a.value("problem") != nil || a.field("status") != "active" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	again := h.do("POST", one+"/test", "")
	if again.status != http.StatusTooManyRequests || again.header.Get("Retry-After") == "" || !strings.Contains(again.text, "tried less than") {
		t.Errorf("at once again: %d %s", again.status, again.text)
	}
	if a := h.do("POST", one+"/test", `{"credentials":{}}`); a.status < 400 || a.status >= 500 || a.status == http.StatusTooManyRequests {
		t.Errorf("with a body: %d %s", a.status, a.text)
	}
}
