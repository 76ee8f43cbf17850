package api

import (
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// recordRequest reads a list's parameters. Which parameters there are follows from the facts of
// the kind, as in the contract: ids only for kinds that can be read by id, a time range only for
// logs. The request holds no fleets yet; record.Service fills in those that the caller reaches.
func (s *Server) recordRequest(q *query, of resource.Facts) record.Request {
	q.paged()
	f := record.Query{Kind: of.Kind, Connection: q.id("connection_id"), Deleted: q.isSet("include_deleted"),
		WithSource: q.isSet("include_source_data"), Window: q.window}
	sort, order := oneOf(q, sortBy, record.Sorts()...), oneOf(q, sortOrder, "asc", "desc")
	// Order and range travel in the cursor, because a page in another order has nothing to do with
	// the place that the cursor names.
	f.Sort = record.Sort(q.carry(sortBy, string(sort), string(record.ByOccurred)))
	f.Descending = q.carry(sortOrder, order, "asc") == "desc"
	if of.IDs != "" {
		f.IDs = q.ids(of.IDs)
		for _, id := range q.list("source_ids") {
			f.SourceIDs = append(f.SourceIDs, resource.SourceID(id))
		}
	}
	if of.Kind == resource.KindUser {
		f.Driver = q.boolean("is_driver")
	}
	for _, member := range of.References {
		f.References = append(f.References, q.reference(of.Kind, member)...)
	}
	if of.Log {
		s.recordRange(q, &f)
	}
	return record.Request{Query: f, FleetIDs: q.ids("fleet_ids"), FleetRefs: q.list("fleet_refs")}
}

// recordRange completes the time range of a list of logs.
func (s *Server) recordRange(q *query, f *record.Query) {
	f.From, f.To = q.period()
	now, hint := s.Now(), ""
	if f.To.IsZero() {
		f.To = now
	}
	if f.From.IsZero() {
		f.From = now.Add(-defaultRange)
		// A caller who gives to_datetime alone, of last week, must learn why the range is
		// reversed: the contract's default is a day before now and not before to_datetime.
		hint = "; it is one day ago unless you give it"
	}
	q.within(f.From, f.To, hint)
}

// reference reads the parameter that narrows a list to some values of a member.
func (q *query) reference(kind resource.Kind, member string) []record.Reference {
	// The contract's parameter is the plural of the member: vehicle_id is narrowed by vehicle_ids.
	name := member + "s"
	var values []string
	if m, _ := record.ModelOf(kind).Member(member); m.Type == resource.UUID {
		for _, id := range q.ids(name) {
			// In the lower-case form in which references are stored.
			values = append(values, id.String())
		}
	} else {
		values = q.list(name)
	}
	if len(values) == 0 {
		return nil
	}
	return []record.Reference{{Member: member, Values: values}}
}
