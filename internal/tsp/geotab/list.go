package geotab

import (
	"context"
	"errors"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// pageSize keeps a page far below what is read of an answer; Geotab's own maximum is 5,000.
const pageSize = 100

// list is one of Geotab's lists.
type list struct {
	entity, collection string
	// page reads one page of entities, and tells where the next begins.
	page func(ctx context.Context, c *call, entity string, l tsp.List) (all []jsontext.Value, next string, err error)
	// show reads an entity; nil is one of another kind.
	show func(ctx context.Context, c *call, source jsontext.Value) (*shown, error)
}

// shown is what an entity says in unified form.
type shown struct {
	fields any
	// held are further fields, by name.
	held  map[string]jsontext.Value
	names map[string][]tsp.Named
	at    time.Time
}

func lists() map[resource.Kind]list {
	return map[resource.Kind]list{
		resource.KindVehicle:         {"Device", devices, sorted, showVehicle},
		resource.KindTrailer:         {"Device", devices, sorted, showTrailer},
		resource.KindUser:            {"User", users, sorted, showUser},
		resource.KindMessage:         {"TextMessage", messages, fed, showMessage},
		resource.KindDvirLog:         {"DVIRLog", dvirs, fed, showDvir},
		resource.KindFuelTransaction: {"FuelTransaction", fuels, fed, showFuel},
	}
}

// List reads one page.
func (s *session) List(ctx context.Context, l tsp.List) (tsp.Page, error) {
	of, ok := lists()[l.Kind]
	if !ok {
		return tsp.Page{}, unsupported("list of " + string(l.Kind) + " records")
	}
	c := &call{session: s, pace: l.Pace}
	entities, next, err := of.page(ctx, c, of.entity, l)
	if err != nil {
		return tsp.Page{}, err
	}
	page := tsp.Page{Next: next}
	for _, source := range entities {
		record, err := of.record(ctx, c, source)
		switch {
		case err != nil:
			return tsp.Page{}, err
		case record != nil:
			page.Records = append(page.Records, *record)
		}
	}
	return page, nil
}

// Read reads one record in the form of List.
func (s *session) Read(ctx context.Context, one tsp.Single) (tsp.Record, error) {
	of, ok := lists()[one.Kind]
	if !ok || one.Collection != of.collection {
		return tsp.Record{}, unsupported(string(one.Kind) + " records in " + quoted(one.Collection))
	}
	c := &call{session: s, pace: one.Pace}
	all, err := get[jsontext.Value](ctx, c, of.entity, ref{one.SourceID})
	if err != nil {
		return tsp.Record{}, err
	}
	for _, source := range all {
		record, err := of.record(ctx, c, source)
		switch {
		case err != nil:
			return tsp.Record{}, err
		case record != nil && record.SourceID == one.SourceID:
			return *record, nil
		}
	}
	return tsp.Record{}, missing(string(one.Kind), one.SourceID)
}

func unsupported(what string) error {
	return &tsp.Error{Class: tsp.Unsupported, Message: "Geotab has no " + what}
}

func missing(what string, id resource.SourceID) error {
	return &tsp.Error{Class: tsp.Missing, Message: "Geotab has no " + what + " " + quoted(string(id))}
}

// record makes the record of an entity; nil for one of another kind.
func (of list) record(ctx context.Context, c *call, source jsontext.Value) (*tsp.Record, error) {
	record, err := of.mapped(ctx, c, source)
	var classified *tsp.Error
	if err != nil && !errors.As(err, &classified) {
		return nil, c.broken("a "+of.entity+" has an unexpected shape", err)
	}
	return record, err
}

func (of list) mapped(ctx context.Context, c *call, source jsontext.Value) (*tsp.Record, error) {
	id, err := idIn(source)
	if err != nil {
		return nil, err
	}
	out, err := of.show(ctx, c, source)
	if err != nil || out == nil {
		return nil, err
	}
	fields, err := json.Marshal(out.fields, json.Deterministic(true))
	if err == nil && len(out.held) > 0 {
		var all map[string]jsontext.Value
		if all, err = overlay(fields, out.held); err == nil {
			fields, err = json.Marshal(all, json.Deterministic(true))
		}
	}
	return &tsp.Record{Collection: of.collection, SourceID: id, Fields: fields, Source: source,
		Names: out.names, OccurredAt: out.at}, err
}

// idIn reads the id of an entity.
func idIn(source jsontext.Value) (resource.SourceID, error) {
	var key ref
	if err := json.Unmarshal(source, &key); err != nil {
		return "", err
	}
	if key.ID == "" {
		return "", errors.New("it has no id")
	}
	return key.ID, nil
}
