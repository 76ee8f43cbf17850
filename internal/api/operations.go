package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
)

// getOperation answers 404 for another partner's operation and for one of another connection: the
// store looks for all three ids together. The calls of its attempts are read for whoever asks for them alone.
func (s *Server) getOperation(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	exchanges := q.isSet("exchanges")
	if err := q.err(); err != nil {
		return err
	}
	conn, id, err := operationIDs(r)
	if err != nil {
		return err
	}
	op, err := s.Operations.Get(r.Context(), who.Partner.ID, conn, id)
	if err != nil {
		return err
	}
	if !exchanges {
		s.answer(w, http.StatusOK, op.Read())
		return nil
	}
	kept, err := s.Operations.Exchanges(r.Context(), op)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, op.ReadWith(kept))
	return nil
}

// cancelOperation answers 200 where nothing of the operation was sent nor will be, and 409 with what is out.
func (s *Server) cancelOperation(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	conn, id, err := operationIDs(r)
	if err != nil {
		return err
	}
	op, err := s.Operations.Cancel(r.Context(), who.Partner.ID, conn, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, op.Read())
	return nil
}

// tryOperation answers 200 where the wait of the operation is over, with what it waits for then, and 409 with what it really
// waits for.
func (s *Server) tryOperation(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	conn, id, err := operationIDs(r)
	if err != nil {
		return err
	}
	op, err := s.Remedies.Try(r.Context(), who.Partner.ID, conn, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, op.Read())
	return nil
}

// operationIDs are those of the path of one operation.
func operationIDs(r *http.Request) (conn, id uuid.UUID, err error) {
	if conn, err = pathID(r, "connection_id"); err == nil {
		id, err = pathID(r, "resource_operation_id")
	}
	return conn, id, err
}

func (s *Server) listOperations(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	f := s.operationFilter(q)
	if err := q.err(); err != nil {
		return err
	}
	f.Partner = who.Partner.ID
	found, err := s.Operations.List(r.Context(), f)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, operation.Operation.Read)))
	return nil
}

// pending is the status of what has not ended.
const pending = "pending"

// operationFilter reads a list's filters. Its time range bounds created_at. It ends now and begins
// a day before its end unless given, so that no list reads a partner's whole history; one of what is pending begins
// as early as any may.
func (s *Server) operationFilter(q *query) operation.Filter {
	q.paged()
	f := operation.Filter{
		Kind:       oneOf(q, "resource", resourceKinds()...),
		Connection: q.id("connection_id"),
		TSP:        tspName(q, "source_name", s.TSPs),
		FleetRefs:  q.list("fleet_refs"),
		Verb:       oneOf(q, "operation", resource.Create, resource.Update),
		SourceID:   resource.SourceID(q.text("source_id")),
		Resource:   q.id("resource_id"),
		// Like resource_id, an addition to the contract.
		Status: oneOf(q, "status", pending, "success", "failed"),
		Cause:  oneOf(q, "reason", operation.Causes()...),
		Window: q.window,
	}
	if f.Cause != "" && f.Status != "" && f.Status != pending {
		q.wrong("reason", string(f.Cause), "goes with status=pending alone, since what has ended waits for nothing",
			resource.CodeEnum)
	}
	if f.Cause != "" {
		f.Status = pending
	}
	if f.SourceID != "" && f.Kind == "" {
		q.wrong("source_id", string(f.SourceID), "needs resource as well, because source ids are unique only within one",
			resource.CodeMissing)
	}
	if f.From, f.To = q.period(); f.To.IsZero() {
		f.To = s.Now()
	}
	if f.From.IsZero() {
		f.From = f.To.Add(-defaultRange)
		// Whoever asks what waits means all of it.
		if f.Status == pending {
			f.From = f.To.Add(-maxRange)
		}
	}
	// To is carried even where the request left it to default to this moment. Otherwise a walk
	// through the pages would end elsewhere on each.
	q.within(f.From, f.To, "")
	return f
}
