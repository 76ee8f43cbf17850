package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Peers are records that others name, by their ids. Deleted ones are among them: an event names
// whom it names.
type Peers map[uuid.UUID]Record

// PeersOf looks up those of the records that are known; none costs nothing.
func PeersOf(ctx context.Context, in Directory, ids []uuid.UUID) (Peers, error) {
	out := Peers{}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := in.KnownRecords(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("looking up whom records name: %w", err)
	}
	for _, r := range found {
		out[r.ID] = r
	}
	return out, nil
}

// sourceOf names the member that holds the TSP's ids beside the member that holds ours.
func sourceOf(member string) string { return "source_" + member }

// of returns our id of a record that this one names: both are of one account.
func (r Record) of(n tsp.Named) uuid.UUID {
	r.Collection, r.SourceID = n.Collection, n.SourceID
	return r.id()
}

// naming lists our ids of all records that this one names, whether or not they are known.
func (r Record) naming(told tsp.Record) []uuid.UUID {
	var out []uuid.UUID
	for _, named := range told.Names {
		for _, n := range named {
			out = append(out, r.of(n))
		}
	}
	return out
}

// Named lists the records of which a write must know more than their ids: those that the TSP says
// the record names, and the parties of a message.
func (r Record) Named(w Write) []uuid.UUID {
	out := r.people(w)
	if w.Record != nil {
		out = append(out, r.naming(*w.Record)...)
	}
	slices.SortFunc(out, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out)
}

// told returns the record as a TSP tells it, with the members that follow from what is known of
// those whom it names.
func (r Record) told(from tsp.Record, peers Peers) (Record, error) {
	r.Fields = from.Fields
	d := draft{model: ModelOf(r.Kind), fields: map[string]jsontext.Value{}}
	r, err := r.shown(d, from, peers)
	if err != nil || len(from.Names) == 0 && !speaks(r.Kind) {
		return r, err
	}
	d.complete(r.people(Write{Record: &from}), peers)
	r.Fields, err = encode(d.fields)
	return r, err
}

// shown lays what a TSP shows of a record over a draft.
func (r Record) shown(d draft, by tsp.Record, peers Peers) (Record, error) {
	fields, err := object(by.Fields)
	if err != nil {
		return r, fmt.Errorf("reading the fields that %s shows of %s: %w", r.TSP, r.SourceID, err)
	}
	maps.Copy(d.fields, fields)
	for member, named := range by.Names {
		d.name(member, named, r.of, peers)
	}
	if len(by.Source) > 0 {
		r.Source = by.Source
	} else if len(r.Source) == 0 {
		r.Source = []byte("{}")
	}
	if !by.OccurredAt.IsZero() {
		r.OccurredAt = by.OccurredAt.UTC().Truncate(time.Microsecond)
	}
	return r, nil
}

// name fills in whom the record names: the TSP's ids always, ours if all of them are known. Half of
// a list would mislead.
func (d draft) name(member string, named []tsp.Named, id func(tsp.Named) uuid.UUID, peers Peers) {
	var ours []uuid.UUID
	var theirs []resource.SourceID
	known := len(named) > 0
	for _, n := range named {
		ours, theirs = append(ours, id(n)), append(theirs, n.SourceID)
		_, ok := peers[id(n)]
		known = known && ok
	}
	d.set(sourceOf(member), theirs, len(theirs) > 0)
	d.set(member, ours, known)
}

// set fills a member with ids, the first of them if it holds one; a member without any is cleared.
func (d draft) set(member string, ids any, there bool) {
	m, ok := d.model.Member(member)
	if !ok {
		return
	}
	raw, err := json.Marshal(ids)
	if err != nil || !there {
		delete(d.fields, member)
		return
	}
	if m.Type != resource.UUIDs && m.Type != Texts {
		var all []jsontext.Value
		if json.Unmarshal(raw, &all) == nil {
			raw = all[0]
		}
	}
	d.fields[member] = raw
}
