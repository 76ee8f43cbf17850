package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// write answers a write of a record: 202 with the pending operation, or 200 or 502 with the ended one, with
// is_sync=true and where the caller prefers to wait and it ends meanwhile. The body is decoded in operation.Submit and
// not here, because problems of the query, the path and the key are told before it is looked at.
func (s *Server) write(kind resource.Kind, verb resource.Verb) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		// Read before the rest, since the key's fingerprint covers its bytes.
		body, err := readBody(w, r, "application/json")
		if err != nil {
			return err
		}
		request := operation.Request{Partner: who.Partner.ID, Kind: kind, Verb: verb, Body: body,
			Sync: q.isSet("is_sync"), Told: who.SyncEvents, Strict: q.isSet("strict"), Expires: s.expiresIn(q),
			Verify: q.boolean("verify")}
		preview := q.isSet("dry_run")
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
		if request.Key, err = idempotencyKey(r, who, request); err != nil {
			return err
		}
		wait, err := preferredWait(r)
		if err != nil {
			return err
		}
		if preview {
			return s.preview(w, r, request)
		}
		return s.submit(w, r, request, wait)
	}
}

// submit makes a write and answers it; wait is that of taken.
func (s *Server) submit(w http.ResponseWriter, r *http.Request, request operation.Request, wait time.Duration) error {
	op, replayed, err := s.Operations.Submit(r.Context(), request)
	if err != nil {
		return err
	}
	s.answerTaken(w, r, taken{op, replayed, wait})
	return nil
}

// preview answers a write that is not to be made. The caller has asked for what the contract lacks, so that a client
// whose answers are kept to the contract gets it as well.
func (s *Server) preview(w http.ResponseWriter, r *http.Request, request operation.Request) error {
	op, preview, err := s.Operations.Preview(r.Context(), request)
	if err != nil {
		return err
	}
	if strict, ok := w.(*strictWriter); ok {
		w = strict.ResponseWriter
	}
	s.answer(w, http.StatusOK, op.Previewed(preview))
	return nil
}

// taken is a write that was accepted, now or before.
type taken struct {
	op       operation.Operation
	replayed bool
	// wait is for how long its caller prefers to wait for its end; negative if it does not.
	wait time.Duration
}

// answerTaken answers with the operation as it stands, so a replay may show a later state than the first answer did.
func (s *Server) answerTaken(w http.ResponseWriter, r *http.Request, t taken) {
	if t.replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	} else {
		s.accepted(r.Context(), t.op)
	}
	op, status := t.op, statusOf(t.op)
	// What is called for in the URL counts for more than what is preferred; a sync write has ended by now.
	if t.wait >= 0 && !op.Sync {
		op, status = s.await(w, r, op, t.wait)
	}
	s.answer(w, status, op.Answer())
}

// expiresIn reads for how long a write may be sent; zero if that is not given. Whatever waits for longer than MaxAge
// ends then anyhow, so that more would have no effect.
func (s *Server) expiresIn(q *query) time.Duration {
	return time.Duration(q.integer("expires_in", 0, 1, int(s.MaxAge/time.Second))) * time.Second
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
