package operation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// mention is an id in a reference of a payload, and what it names: a record, or an operation for whose record it stands.
type mention struct {
	path  string
	field *resource.Field
	id    uuid.UUID
	rec   record.Record
	// err is record.ErrNotFound where there is no such record.
	err error
	// by is nil where the id is a record's own.
	by *Operation
}

// mentions looks up what the references of a payload name, in their order.
func (s *Service) mentions(ctx context.Context, d draft) ([]mention, error) {
	var all []mention
	var unknown []uuid.UUID
	for _, f := range d.schema.References() {
		ids := f.IDs(d.payload)
		all = slices.Grow(all, len(ids))
		for i, id := range ids {
			m := mention{path: f.Path(i), field: f, id: id}
			if m.rec, m.err = s.Records.Record(ctx, d.conn.ID, id); m.err != nil {
				if !errors.Is(m.err, record.ErrNotFound) {
					return nil, fmt.Errorf("resolving %s: %w", m.path, m.err)
				}
				unknown = append(unknown, id)
			}
			all = append(all, m)
		}
	}
	named, err := s.named(ctx, d.Request, d.conn.ID, unknown)
	if err != nil {
		return nil, err
	}
	for i := range all {
		m := &all[i]
		of, is := named[m.id]
		if m.err == nil || !is {
			continue
		}
		if m.by = &of; of.State == Succeeded {
			m.rec, m.err = s.Records.Record(ctx, d.conn.ID, of.Resource)
		}
		if m.err != nil && !errors.Is(m.err, record.ErrNotFound) {
			return nil, fmt.Errorf("resolving %s: %w", m.path, m.err)
		}
	}
	return all, nil
}

// named returns those of some ids that are operations which a request may name: the partner's own, over its connection.
func (s *Service) named(ctx context.Context, r Request, conn uuid.UUID, ids []uuid.UUID) (Standings, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.Chained.Named(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("looking up operations that are named: %w", err)
	}
	all := standings(found)
	maps.DeleteFunc(all, func(_ uuid.UUID, op Operation) bool { return op.Partner != r.Partner || op.Connection != conn })
	return all, nil
}

// awaited tells whether what is named is made yet.
func (m mention) awaited() bool { return m.by != nil && !m.by.State.Ended() }

// reference is what is named, as a preview shows it.
func (m mention) reference() Reference {
	if m.awaited() {
		return referenceBy(m.path, *m.by)
	}
	return referenceTo(m.path, m.rec)
}

// referenceBy is a record that an operation makes, as a path names it.
func referenceBy(path string, op Operation) Reference {
	return Reference{Path: path, Resource: op.Kind, ResourceID: op.ID, SourceID: tsp.MadeBy(op.ID)}
}

// repeats tells whether another item of the same list names the same record.
func (m mention) repeats(other mention) bool {
	return m.field == other.field && m.field.Ref.List && m.err == nil && other.err == nil && m.rec.ID == other.rec.ID
}

// unfit says why what is named cannot stand behind a reference, "" if it can.
func (m mention) unfit(use tsp.FieldUse) string {
	if m.by != nil {
		if why := m.by.unmade(m.field.Ref.Kind); why != "" || m.awaited() {
			return why
		}
	}
	return unfit(m.rec, m.err, m.field, use)
}

// unmade says why an operation makes no record of a kind, "" if it does.
func (op Operation) unmade(kind resource.Kind) string {
	switch {
	case op.Verb != resource.Create:
		return fmt.Sprintf("operation %s is no create; give the id of the %s itself", op.ID, kind)
	case op.Kind != kind:
		return fmt.Sprintf("must be the id of a %s, and operation %s makes a %s", kind, op.ID, op.Kind)
	case op.State == Failed:
		return fmt.Sprintf("operation %s, which was to make this %s, %s; %s", op.ID, kind, op.failing(), op.instead())
	case op.State == Succeeded && op.Resource == uuid.Nil:
		return fmt.Sprintf("what operation %s has made is not known; give the id of the %s itself", op.ID, kind)
	}
	return ""
}

// instead says what to name in the place of a failed operation.
func (op Operation) instead() string {
	switch {
	case op.RetriedBy != uuid.Nil:
		return fmt.Sprintf("name operation %s, by which it was retried", op.RetriedBy)
	case !op.CutAt.IsZero():
		return "look at the TSP, and POST .../resolve what you find; name it again if it was applied, and its retry if not"
	}
	return "retry it, and name the retry"
}

// targetMade looks for the operation whose id stands for the record to update. made tells that it has made it; one that
// makes it yet is awaited.
func (s *Service) targetMade(ctx context.Context, c *checked, r Request) (rec record.Record, made bool, err error) {
	named, err := s.named(ctx, r, c.op.Connection, []uuid.UUID{r.Target})
	if err != nil {
		return rec, false, err
	}
	of, is := named[r.Target]
	if !is || of.Verb != resource.Create || of.Kind != r.Kind {
		return rec, false, record.ErrNotFound
	}
	if why := of.unmade(r.Kind); why != "" {
		return rec, false, problem.New(problem.Conflict, "%s", why)
	}
	if of.State.Ended() {
		rec, err = s.Records.Record(ctx, c.op.Connection, of.Resource)
		return rec, true, err
	}
	c.target, c.op.Awaits = of.ID, []uuid.UUID{of.ID}
	c.references = append(c.references, referenceBy(targetPath, of))
	return rec, false, nil
}

// payload is what an operation keeps of its body.
func (r resolved) payload(schema *resource.Schema, body []byte) (kept []byte, err error) {
	if len(r.made) > 0 {
		body, err = schema.Named(body, func(id uuid.UUID) (uuid.UUID, resource.SourceID, bool) {
			rec, stands := r.made[id]
			return rec.ID, rec.SourceID, stands
		})
	}
	if err != nil {
		return nil, err
	}
	return schema.Resolved(body, r.refs)
}

// waitsNow refuses a sync operation that would have to wait for what it names.
func (op Operation) waitsNow() error {
	if !op.Sync || len(op.Awaits) == 0 {
		return nil
	}
	return problem.New(problem.Conflict, "operation %s, for whose record %s stands, has not ended; wait for it, or write "+
		"without is_sync", op.Awaits[0], op.naming(op.Awaits[0]))
}
