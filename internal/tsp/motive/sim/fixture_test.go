package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/motive/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// Ids of the seed, and the keys.
const (
	vehicle     = "1800001"
	asset       = "520001"
	driver      = "520001"
	deactivated = "520006"
	dispatcher  = "520007"
	admin       = "520008"
	west        = "41001"
	purchase    = "660001"
	report      = "770001"
	externalID  = "310001"

	everything = "motive-demo-key"
	westOnly   = "motive-west-key"
	testMode   = "motive-test-mode-key"
	manageOnly = "motive-manage-key"
	readOnly   = "motive-readonly-key"
)

// running is a simulator, called with a key or a token.
type running struct{ *simtest.Sim }

func start(t *testing.T, opts ...simtest.Option) running {
	t.Helper()
	return running{simtest.Start(t, sim.New, opts...)}.as(everything)
}

// as is the same simulator for another key or access token; "" sends none.
func (r running) as(key string) running {
	switch {
	case strings.HasPrefix(key, "motive_at_"):
		return running{r.Bearer(key)}
	case key == "":
		return running{r.As()}
	}
	return running{r.As("X-Api-Key", key)}
}

// must sends a request that has to succeed and returns the object of the answer, out of its envelope.
func (r running) must(method, path, body string, headers ...string) map[string]any {
	r.T().Helper()
	object := r.Must(method, path, body, headers...)
	if len(object) == 1 {
		for _, inner := range object {
			if o, ok := inner.(map[string]any); ok {
				return o
			}
		}
	}
	return object
}

// refused checks that a reply is an error in Motive's shape and returns its message.
func refused(t *testing.T, got simtest.Reply, status int) string {
	t.Helper()
	message := got.Refused(t, status, "error_message")
	if len(got.JSON(t)) != 1 || got.Header.Get("X-Request-Id") == "" {
		t.Errorf("not Motive's error shape: %s", got.Text)
	}
	return message
}

// pagination is what a list tells beside its objects.
type pagination struct {
	PerPage int `json:"per_page"`
	PageNo  int `json:"page_no"`
	Total   int `json:"total"`
}

// list returns the objects of one page, out of their envelopes, and its pagination.
func (r running) list(path string, headers ...string) ([]map[string]any, pagination) {
	r.T().Helper()
	var page struct {
		Told  pagination                             `json:"pagination"`
		Lists map[string][]map[string]map[string]any `json:",embed"`
	}
	got := r.Do(http.MethodGet, path, "", headers...)
	if got.Into(r.T(), &page); got.Status != http.StatusOK || len(page.Lists) != 1 {
		r.T().Fatalf("GET %s answered %d %.300s", path, got.Status, got.Text)
	}
	var all []map[string]any
	for name, list := range page.Lists {
		for _, envelope := range list {
			inner, ok := envelope[strings.TrimSuffix(strings.Replace(name, "ies", "ys", 1), "s")]
			if !ok {
				r.T().Fatalf("GET %s: an object is not in its envelope: %v", path, envelope)
			}
			all = append(all, inner)
		}
	}
	return all, page.Told
}
