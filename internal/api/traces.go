package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

// Traces follows requests and what they begin.
type Traces interface {
	// Request follows a request; it is answered with the context. end is told the pattern of its route, ""
	// for what none answers, and the status, 0 for an answer that was cut off before it began.
	Request(r *http.Request) (ctx context.Context, end func(route string, status int))
	// Accepted is told of each operation that a request has made, and when that came.
	Accepted(ctx context.Context, operation uuid.UUID, kind, verb, tsp string, came time.Time)
}

// traced has a request followed. It must be deferred to call end before what ends a panic.
func (s *Server) traced(w *answering, r *http.Request) (_ *http.Request, end func()) {
	ctx, over := s.Traces.Request(r)
	return r.WithContext(ctx), func() { over(w.route, w.status) }
}

// accepted tells of a new operation.
func (s *Server) accepted(ctx context.Context, op operation.Operation) {
	if s.Traces != nil {
		s.Traces.Accepted(ctx, op.ID, string(op.Kind), string(op.Verb), string(op.TSP), op.CreatedAt)
	}
}
