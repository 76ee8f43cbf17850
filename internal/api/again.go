package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
)

// following finds the write that follows from an operation.
type following func(by Remedies, ctx context.Context, connection, id uuid.UUID, r operation.Request) (operation.Request, error)

// retryOperation answers as a write does. Without a body the operation's own is sent again.
func (s *Server) retryOperation(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	body, err := optionalBody(w, r, "application/json")
	if err != nil {
		return err
	}
	request := operation.Request{Partner: who.Partner.ID, Body: body, Overwrite: q.isSet("overwrite"),
		Strict: q.isSet("strict")}
	return s.follow(w, r, request, sequel{who, q, Remedies.Retried})
}

// revertOperation answers as a write does. What it sends follows from the operation.
func (s *Server) revertOperation(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	if err := noBody(w, r); err != nil {
		return err
	}
	return s.follow(w, r, operation.Request{Partner: who.Partner.ID}, sequel{who, q, Remedies.Reverted})
}

// sequel is who asks for a write that follows from an operation, how, and what finds it.
type sequel struct {
	who  access.Principal
	q    *query
	find following
}

// follow reads how a write is to be made that follows from an operation, and makes or previews it.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, request operation.Request, of sequel) error {
	request.Sync, request.Expires = of.q.isSet("is_sync"), s.expiresIn(of.q)
	request.Told, request.Verify = of.who.SyncEvents, of.q.boolean("verify")
	preview := of.q.isSet("dry_run")
	if err := of.q.err(); err != nil {
		return err
	}
	conn, id, err := operationIDs(r)
	if err != nil {
		return err
	}
	if request.Key, err = idempotencyKey(r, of.who, request); err != nil {
		return err
	}
	wait, err := preferredWait(r)
	if err != nil {
		return err
	}
	if request, err = of.find(s.Remedies, r.Context(), conn, id, request); err != nil {
		return err
	}
	if preview {
		return s.preview(w, r, request)
	}
	return s.submit(w, r, request, wait)
}

// resolveOperation answers with the operation as it is once its outcome is known.
func (s *Server) resolveOperation(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	conn, id, err := operationIDs(r)
	if err != nil {
		return err
	}
	op, err := s.Remedies.Resolve(r.Context(), operation.Word{Partner: who.Partner.ID, Connection: conn, Operation: id,
		Body: body, By: s.actor(w, r, who).Name})
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, op.Read())
	return nil
}
