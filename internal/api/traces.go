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
	// Request follows a request whose token is good; it is answered with the context. end is told the pattern
	// of its route, and the status, 0 for an answer that was cut off before it began.
	Request(r *http.Request) (ctx context.Context, end func(route string, status int))
	// Accepted is told of each operation that a request has made, and when that came.
	Accepted(ctx context.Context, operation uuid.UUID, kind, verb, tsp string, came time.Time)
}

// traced has a request followed whose caller is known: strangers must not fill what is sent to the collector.
func (s *Server) traced(w http.ResponseWriter, r *http.Request) *http.Request {
	a, ok := w.(*answering)
	if s.Traces == nil || !ok {
		return r
	}
	var ctx context.Context
	ctx, a.over = s.Traces.Request(r)
	return r.WithContext(ctx)
}

// untrace ends what traced began. It must be deferred before what ends a panic, so that it sees what that answered.
func (a *answering) untrace() {
	if a.over != nil {
		a.over(a.route, a.status)
	}
}

// accepted tells of a new operation.
func (s *Server) accepted(ctx context.Context, op operation.Operation) {
	if s.Traces != nil {
		s.Traces.Accepted(ctx, op.ID, string(op.Kind), string(op.Verb), string(op.TSP), op.CreatedAt)
	}
}
