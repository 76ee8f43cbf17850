package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// write answers one of the ten writes: 202 with the pending operation, or with is_sync=true 200 or
// 502 with the ended one, and so where the caller prefers to wait and it ends meanwhile. The body is decoded in operation.Submit and not here, because problems
// of the query, the path and the key are told before it is looked at.
func (s *Server) write(kind resource.Kind, verb resource.Verb) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		// Read before the rest, since the key's fingerprint covers its bytes.
		body, err := readBody(w, r, "application/json")
		if err != nil {
			return err
		}
		request := operation.Request{Partner: who.Partner.ID, Kind: kind, Verb: verb, Body: body, Sync: q.isSet("is_sync")}
		if err := q.err(); err != nil {
			return err
		}
		if verb == resource.Update {
			var id uuid.UUID
			if id, err = recordID(r, kind); err != nil {
				return err
			}
			request.Target = id
		}
		if request.Key, err = idempotencyKey(r, who, body, request.Sync); err != nil {
			return err
		}
		wait, err := preferredWait(r)
		if err != nil {
			return err
		}
		op, replayed, err := s.Operations.Submit(r.Context(), request)
		if err != nil {
			return err
		}
		// The operation is answered as it stands, so a replay may show a later state than the
		// first answer did.
		if replayed {
			w.Header().Set("Idempotent-Replayed", "true")
		} else {
			s.accepted(r.Context(), op)
		}
		status := statusOf(op)
		// What is called for in the URL counts for more than what is preferred; a sync write has ended by now.
		if wait >= 0 && !op.Sync {
			op, status = s.await(w, r, op, wait)
		}
		s.answer(w, status, op.Answer())
		return nil
	}
}

// statusOf is the status of a write that was accepted.
func statusOf(op operation.Operation) int {
	if !op.Sync {
		return http.StatusAccepted
	}
	return endOf(op)
}

// endOf is the status of a write that has ended. 502 tells that the TSP did not take it, or that it is not known
// whether it did; the body says which.
func endOf(op operation.Operation) int {
	if op.State == operation.Succeeded {
		return http.StatusOK
	}
	return http.StatusBadGateway
}
