package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Line is a way to a TSP that does not speak REST but still takes JSON over HTTP, such as
// JSON-RPC. Its Send bounds, redacts and classifies as for every other adapter; pacing and
// signing in are the adapter's.
type Line struct {
	Client  *http.Client
	BaseURL string
	Answers Answers
	// Secrets must not leave the line in any error or header.
	Secrets []string
	// Opens tells that the line is asked for a session alone.
	Opens bool
	Now   func() time.Time
}

// Send makes one call. Its error is an *tsp.Error.
func (l Line) Send(ctx context.Context, call Call) (Answer, error) {
	client := *l.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	one := &line{client: &client, base: l.BaseURL, answers: l.Answers, secrets: &vault{fixed: l.Secrets},
		opens: l.Opens, now: l.Now,
		header: http.Header{"Accept": {"application/json"}, "User-Agent": {"waybill"}}}
	return one.with(unpaced{})(ctx, call)
}

// unpaced stands where the adapter has paced the call already.
type unpaced struct{}

// Wait returns at once.
func (unpaced) Wait(context.Context, ...string) error { return nil }

// Enter returns at once.
func (unpaced) Enter(context.Context, ...string) (func(), error) { return func() {}, nil }

var _ tsp.Pacer = unpaced{}
