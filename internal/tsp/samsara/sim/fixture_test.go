package sim_test

import (
	"net/http"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/samsara/sim"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// Ids of the seed.
const (
	vehicle     = "281474976710657"
	trailer     = "281474976710663"
	driver      = "48400010"
	deactivated = "48400018"
	user        = "48400010"
	west        = "3920"
	firstVIN    = "1FUJGLDR7CLBP8834"

	everything = "samsara-demo-token"
	readOnly   = "samsara-readonly-token"
	onlyWest   = "samsara-tagged-token"
)

// running is a simulator, called with a token.
type running struct{ *simtest.Sim }

func start(t *testing.T, opts ...simtest.Option) running {
	t.Helper()
	return running{simtest.Start(t, sim.New, opts...).Bearer(everything)}
}

// as is the same simulator for another bearer; "" sends none.
func (r running) as(token string) running { return running{r.Bearer(token)} }

// must sends a request that has to succeed and returns the data of the answer.
func (r running) must(method, path, body string) map[string]any {
	r.T().Helper()
	object, _ := r.Must(method, path, body)["data"].(map[string]any)
	return object
}

// list returns the data of one page and its pagination.
func (r running) list(path string) (data []map[string]any, end string, more bool) {
	r.T().Helper()
	var page struct {
		Data       []map[string]any `json:"data"`
		Pagination struct {
			End  *string `json:"endCursor"`
			More *bool   `json:"hasNextPage"`
		} `json:"pagination"`
	}
	got := r.Do(http.MethodGet, path, "")
	got.Into(r.T(), &page)
	if got.Status != http.StatusOK || page.Pagination.End == nil || page.Pagination.More == nil {
		r.T().Fatalf("GET %s answered %d without pagination: %s", path, got.Status, got.Text)
	}
	return page.Data, *page.Pagination.End, *page.Pagination.More
}
