package api

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// page is the contract's page of resource operations.
type page struct {
	Items                []operation.Read `json:"items"`
	CurrentPage          *string          `json:"current_page"`
	CurrentPageBackwards *string          `json:"current_page_backwards"`
	PreviousPage         *string          `json:"previous_page"`
	NextPage             *string          `json:"next_page"`
}

// maxRange bounds the time range of a list.
const maxRange = 45 * 24 * time.Hour

func (s *Server) getOperation(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	conn, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	id, err := pathID(r, "resource_operation_id")
	if err != nil {
		return err
	}
	op, err := s.Operations.Get(r.Context(), who.Partner.ID, conn, id)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, op.Read())
	return nil
}

func (s *Server) listOperations(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	f, err := s.operationFilter(r)
	if err != nil {
		return err
	}
	f.Partner = who.Partner.ID
	cursor := r.URL.Query().Get("cursor")
	if err := readCursor(cursor, &f); err != nil {
		return err
	}
	ops, more, err := s.Operations.List(r.Context(), f)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(ops, more, f, cursor))
	return nil
}

func (s *Server) operationFilter(r *http.Request) (operation.Filter, error) {
	q := query{r: r}
	f := operation.Filter{
		Kind:       resource.Kind(q.oneOf("resource", resourceNames()...)),
		Connection: q.id("connection_id"),
		TSP:        q.tspName("source_name", s.TSPs),
		FleetRefs:  r.URL.Query()["fleet_refs"],
		Verb:       resource.Verb(q.oneOf("operation", "create", "update")),
		SourceID:   resource.SourceID(q.text("source_id")),
		Resource:   q.id("resource_id"),
		Status:     q.oneOf("status", "pending", "success", "failed"),
		From:       q.time("from_datetime"),
		To:         q.time("to_datetime"),
		Limit:      q.integer("size", 300, 1, 1000),
	}
	if f.SourceID != "" && f.Kind == "" {
		q.wrong("source_id", "needs resource as well, because source ids are unique only within one", resource.CodeMissing)
	}
	if len(f.FleetRefs) > 100 {
		q.wrong("fleet_refs", "must hold at most 100 values", resource.CodeRange)
	}
	if f.To.IsZero() {
		f.To = s.Now()
	}
	if f.From.IsZero() {
		f.From = f.To.Add(-24 * time.Hour)
	}
	if d := f.To.Sub(f.From); d < 0 || d > maxRange {
		q.wrong("from_datetime", "must be before to_datetime by 45 days at most", resource.CodeRange)
	}
	return f, q.err()
}

func pageOf(ops []operation.Operation, more bool, f operation.Filter, cursor string) page {
	p := page{Items: make([]operation.Read, len(ops))}
	for i, op := range ops {
		p.Items[i] = op.Read()
	}
	if cursor != "" {
		p.CurrentPage = &cursor
	}
	if len(ops) == 0 {
		return p
	}
	first, last := position(ops[0]), position(ops[len(ops)-1])
	backwards := !f.After.IsZero()
	if more || backwards {
		next := writeCursor('b', last)
		p.NextPage = &next
	}
	if backwards && more || !f.Before.IsZero() {
		previous := writeCursor('a', first)
		p.PreviousPage = &previous
	}
	return p
}

func position(op operation.Operation) operation.Position {
	return operation.Position{At: op.CreatedAt, Seq: op.Seq}
}
