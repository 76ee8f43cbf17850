package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// defaultRange is how far a list of logs looks back unless told otherwise.
const defaultRange = 24 * time.Hour

// recordRequest reads a list's parameters and finds every problem of them at once.
func (s *Server) recordRequest(r *http.Request, of readable) (record.Request, string, error) {
	q := query{r: r}
	sorts := make([]string, len(record.Sorts()))
	for i, one := range record.Sorts() {
		sorts[i] = string(one)
	}
	f := record.Query{Kind: of.kind, Connection: q.id("connection_id"), Deleted: q.boolean("include_deleted"),
		WithSource: q.boolean("include_source_data"), Sort: record.Sort(q.oneOf("sort_by", sorts...)),
		Limit: q.integer("size", 300, 1, 1000)}
	order := q.oneOf("sort_order", "asc", "desc")
	f.Descending = order == "desc"
	if of.ids != "" {
		f.IDs = q.ids(of.ids)
		for _, id := range q.list("source_ids") {
			f.SourceIDs = append(f.SourceIDs, resource.SourceID(id))
		}
	}
	if of.kind == resource.KindUser && q.text("is_driver") != "" {
		drives := q.boolean("is_driver")
		f.Driver = &drives
	}
	model := record.ModelOf(of.kind)
	for _, member := range model.References {
		f.References = append(f.References, q.reference(model, member)...)
	}
	if model.Log {
		f.From, f.To = q.time("from_datetime"), q.time("to_datetime")
	}
	out := record.Request{FleetIDs: q.ids("fleet_ids"), FleetRefs: q.list("fleet_refs")}
	if err := q.err(); err != nil {
		return out, "", err
	}
	cursor := q.text("cursor")
	if err := readRecordCursor(cursor, &f, order != ""); err != nil {
		return out, "", err
	}
	if f.Sort == "" {
		f.Sort = record.ByOccurred
	}
	if model.Log {
		q.within(&f, s.Now())
	}
	out.Query = f
	return out, cursor, q.err()
}

// within completes the time range of a list of logs.
func (q *query) within(f *record.Query, now time.Time) {
	if f.To.IsZero() {
		f.To = now
	}
	hint := ""
	if f.From.IsZero() {
		f.From = now.Add(-defaultRange)
		hint = "; it is one day ago unless you give it"
	}
	if d := f.To.Sub(f.From); d < 0 || d > maxRange {
		q.wrong("from_datetime", "must be before to_datetime by 45 days at most"+hint, resource.CodeRange)
	}
}

// reference reads the parameter that narrows a list to some values of a member.
func (q *query) reference(model record.Model, member string) []record.Reference {
	name := member + "s"
	values := q.list(name)
	if m, _ := model.Member(member); m.Type == resource.UUID {
		values = nil
		for _, id := range q.ids(name) {
			values = append(values, id.String())
		}
	}
	if len(values) == 0 {
		return nil
	}
	return []record.Reference{{Member: member, Values: values}}
}

// maxValues bounds the values of a list parameter.
const maxValues = 100

// list reads a parameter that may be repeated.
func (q *query) list(name string) []string {
	all := q.r.URL.Query()[name]
	if len(all) > maxValues {
		q.problems = append(q.problems, wrong(name, "", "must hold at most 100 values", resource.CodeRange))
		return nil
	}
	return all
}

// ids reads a parameter that may be repeated and holds UUIDs. None of several wrong ones is
// left out of the answer.
func (q *query) ids(name string) []uuid.UUID {
	var all []uuid.UUID
	for _, text := range q.list(name) {
		id, err := uuid.Parse(text)
		if err != nil || len(text) != 36 {
			q.problems = append(q.problems, wrong(name, text, "must be a UUID", resource.CodeUUID))
			continue
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}
