package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// answer is a reply with what it says, if it is one of JSON-RPC.
type answer struct {
	simtest.Reply
	body struct {
		Result  any    `json:"result"`
		Version string `json:"jsonrpc"`
		Error   *struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Name    string `json:"name"`
			Data    struct {
				ID    string `json:"id"`
				Type  string `json:"type"`
				Index *int   `json:"requestIndex"`
			} `json:"data"`
			Errors []struct {
				Name    string `json:"name"`
				Message string `json:"message"`
			} `json:"errors"`
		} `json:"error"`
	}
}

// kind is the type of the exception, or "" for success.
func (a answer) kind() string {
	if a.body.Error == nil {
		return ""
	}
	return a.body.Error.Data.Type
}

// session is what Authenticate answered.
func (a answer) session() map[string]any {
	o, _ := a.body.Result.(map[string]any)
	return o
}

// credentials are those that Authenticate answered, as JSON.
func (a answer) credentials() string {
	text, _ := json.Marshal(a.session()["credentials"])
	return string(text)
}

// found are the entities that Get answered.
func (a answer) found() []map[string]any {
	list, _ := a.body.Result.([]any)
	var out []map[string]any
	for _, v := range list {
		o, _ := v.(map[string]any)
		out = append(out, o)
	}
	return out
}

func ids(list []map[string]any) string { return strings.Join(simtest.IDs(list), " ") }

// refused checks the shape of an exception and its type.
func (a answer) refused(t *testing.T, kind string) string {
	t.Helper()
	e := a.body.Error
	if a.Status != http.StatusOK || e == nil || e.Data.Type != kind {
		t.Fatalf("want %s, got %d %.300s", kind, a.Status, a.Text)
	}
	if e.Data.ID == "" || e.Data.Index == nil || e.Name != "JSONRPCError" || len(e.Errors) != 1 || e.Errors[0].Name != kind ||
		e.Errors[0].Message != e.Message || e.Message == "" || a.body.Version != "2.0" || a.body.Result != nil {
		t.Errorf("not Geotab's error shape: %s", a.Text)
	}
	return e.Message
}
