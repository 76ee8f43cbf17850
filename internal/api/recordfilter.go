package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// recordRequest reads a list's parameters.
func (s *Server) recordRequest(r *http.Request, of resource.Facts) (record.Request, *query) {
	q := newList(r)
	f := record.Query{Kind: of.Kind, Connection: q.id("connection_id"), Deleted: q.isSet("include_deleted"),
		WithSource: q.isSet("include_source_data"), Window: q.window}
	sort, order := oneOf(q, sortBy, record.Sorts()...), oneOf(q, sortOrder, "asc", "desc")
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
	return record.Request{Query: f, FleetIDs: q.ids("fleet_ids"), FleetRefs: q.list("fleet_refs")}, q
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
		hint = "; it is one day ago unless you give it"
	}
	q.within(f.From, f.To, hint)
}

// reference reads the parameter that narrows a list to some values of a member.
func (q *query) reference(kind resource.Kind, member string) []record.Reference {
	name := member + "s"
	var values []string
	if m, _ := record.ModelOf(kind).Member(member); m.Type == resource.UUID {
		for _, id := range q.ids(name) {
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
