package sim

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// endpoint is one call that is served: its limit per organisation, and what it does with the
// request's body (nil for GET).
type endpoint struct {
	method, path string
	limit        simkit.Limit
	do           func(r *http.Request, body simkit.Object) (any, error)
}

// The limits of https://developers.samsara.com/docs/rate-limits (2025-10-23): per token, per
// organisation, and the categories of endpoints. Where the document states none for a write,
// the simulator enforces none beyond the first two.
func perSecond(n int) simkit.Limit { return simkit.Limit{N: n, Per: time.Second} }
func perMinute(n int) simkit.Limit { return simkit.Limit{N: n, Per: time.Minute} }

func (s *samsara) endpoints() []endpoint {
	return []endpoint{
		{"GET", "/me", simkit.Limit{}, s.me},
		{"GET", "/fleet/vehicles", perSecond(25), s.listOf("vehicles", 512)},
		{"GET", "/fleet/vehicles/{id}", perSecond(25), s.getOf("vehicles")},
		{"PATCH", "/fleet/vehicles/{id}", simkit.Limit{}, s.patchOf("vehicles", vehicleShape())},
		{"GET", "/fleet/trailers", perSecond(5), s.listOf("trailers", 512)},
		{"GET", "/fleet/trailers/{id}", perSecond(5), s.getOf("trailers")},
		{"GET", "/fleet/drivers", simkit.Limit{}, s.listDrivers},
		{"GET", "/fleet/drivers/{id}", simkit.Limit{}, s.getOf("drivers")},
		{"GET", "/users", simkit.Limit{}, s.listOf("users", 512)},
		{"GET", "/tags", simkit.Limit{}, s.listOf("tags", 512)},
		{"POST", "/v1/fleet/messages", simkit.Limit{}, s.sendMessage},
		{"GET", "/v1/fleet/messages", perMinute(100), s.listMessages},
	}
}

// guarded checks token, scope, limits and body before an endpoint does its work.
func (s *samsara) guarded(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !ok || token != Token && token != ReadOnlyToken:
			s.Refuse(w, r, http.StatusUnauthorized)
			return
		case token == ReadOnlyToken && e.method != http.MethodGet:
			s.Refuse(w, r, http.StatusForbidden)
			return
		}
		if wait := s.host.Limiter.Take(s.host.Now(), e.limits(token)...); wait > 0 {
			w.Header().Set("Retry-After", strconv.FormatFloat(wait.Seconds(), 'f', 5, 64))
			s.Refuse(w, r, http.StatusTooManyRequests)
			return
		}
		body, err := readObject(r)
		var answer any
		if err == nil {
			answer, err = e.do(r, body)
		}
		var f *failure
		switch {
		case errors.As(err, &f):
			s.fail(w, r, f)
		case err != nil:
			s.fail(w, r, &failure{http.StatusInternalServerError, err.Error(), true})
		default:
			write(w, http.StatusOK, answer)
		}
	}
}

func (e endpoint) limits(token string) []simkit.Limit {
	all := []simkit.Limit{{Key: "token/" + token, N: 150, Per: time.Second}, {Key: "org", N: 200, Per: time.Second}}
	if e.limit.N > 0 {
		l := e.limit
		l.Key = e.method + " " + e.path
		all = append(all, l)
	}
	return all
}

// readObject reads the JSON object of a request that must have one.
func readObject(r *http.Request) (simkit.Object, error) {
	if r.Method == http.MethodGet {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &failure{http.StatusUnsupportedMediaType, "Content-Type must be application/json", false}
	}
	data, err := simkit.Body(r)
	if errors.Is(err, simkit.ErrBodyTooLarge) {
		return nil, &failure{http.StatusRequestEntityTooLarge, "Request body too large.", false}
	}
	if err != nil {
		return nil, refused("unreadable body")
	}
	o, err := simkit.ParseObject(data)
	if err != nil {
		return nil, refused("invalid body: %v", err)
	}
	return o, nil
}

func (s *samsara) me(*http.Request, simkit.Object) (any, error) {
	return simkit.Object{"data": simkit.Object{"id": orgID, "name": "Demo Freight"}}, nil
}
