package tsptest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// listed is a page as the TSP answers it.
type listed struct {
	Items []jsontext.Value `json:"items"`
	Next  string           `json:"next"`
}

// list reads one page.
func (l *link) list(ctx context.Context, wish tsp.List) (tsp.Page, error) {
	var r request
	switch wish.Kind {
	case resource.KindVehicle, resource.KindUser:
		r = request{method: http.MethodGet, path: "/" + collectionOf(wish.Kind) + "?after=" + url.QueryEscape(wish.Cursor)}
	case resource.KindMessage:
		r = request{method: http.MethodPost, path: "/messages/search", reads: true,
			body: map[string]any{"since": wish.Since.UTC().Format(time.RFC3339)}}
	default:
		return tsp.Page{}, fails(tsp.Unsupported, "there is no list of "+string(wish.Kind))
	}
	a, err := l.send(ctx, wish.Pace, r)
	if err != nil {
		return tsp.Page{}, err
	}
	var all listed
	if err := json.Unmarshal(a.body, &all); err != nil && !l.reference.has(trustsCutOffLists) {
		return tsp.Page{}, fails(tsp.Broken, "the list has another shape")
	}
	page := tsp.Page{Next: all.Next}
	for i, raw := range all.Items {
		if l.reference.has(skipsRecords) && i == 1 && wish.Kind == resource.KindUser && wish.Cursor == "" {
			continue
		}
		r, err := l.record(wish.Kind, raw)
		if err != nil {
			return tsp.Page{}, err
		}
		page.Records = append(page.Records, r)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if wish.Kind == resource.KindUser && page.Next == "" && l.mixed != "" {
		page.Records = append(page.Records, tsp.Record{Collection: "vehicles", SourceID: l.mixed, Fields: []byte("{}"), Source: []byte("{}")})
	}
	return page, nil
}

// read reads one vehicle or user.
func (l *link) read(ctx context.Context, one tsp.Single) (tsp.Record, error) {
	if one.Kind != resource.KindVehicle && one.Kind != resource.KindUser {
		return tsp.Record{}, fails(tsp.Unsupported, "there is no way to read a single "+string(one.Kind))
	}
	a, err := l.send(ctx, one.Pace, request{method: http.MethodGet, path: "/" + one.Collection + "/" + url.PathEscape(string(one.SourceID))})
	if err != nil {
		return tsp.Record{}, err
	}
	r, err := l.record(one.Kind, a.body)
	switch {
	case err != nil:
	case l.reference.has(readsOtherwise):
		r.Source = jsontext.Value(`{"record":` + string(r.Source) + `}`)
	case l.reference.has(remembersDropped):
		r.Fields = jsontext.Value(strings.TrimSuffix(string(r.Fields), "}") + `,"oem":` + quoted(l.reference.memo.written()) + "}")
	}
	return r, err
}

// record maps one of the TSP's objects.
func (l *link) record(kind resource.Kind, raw jsontext.Value) (tsp.Record, error) {
	var r struct {
		heard
		Name   string `json:"name"`
		VIN    string `json:"vin"`
		Plate  string `json:"licensePlate"`
		Notes  string `json:"notes"`
		Active bool   `json:"isActive"`
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.ID == "" {
		return tsp.Record{}, fails(tsp.Broken, "a record has another shape")
	}
	out := tsp.Record{Collection: collectionOf(kind), SourceID: r.ID, Source: raw}
	fields := map[string]any{"username": r.Name}
	switch kind {
	case resource.KindVehicle:
		fields = map[string]any{"vehicle_name": r.Name, "vin": r.VIN, "license_plate_number": r.Plate, "is_active": r.Active, "notes": r.Notes}
		if l.reference.has(readsNarrowly) {
			delete(fields, "notes")
		}
	case resource.KindMessage:
		fields = map[string]any{"message_text": r.Text}
		out.OccurredAt, out.Names = r.At, map[string][]tsp.Named{}
		for member, id := range map[string]string{"sender_id": r.From, "recipient_id": r.To} {
			if id != "" && !l.reference.has(namesNobody) {
				out.Names[member] = []tsp.Named{{Collection: "users", SourceID: resource.SourceID(id)}}
			}
		}
	}
	text, err := json.Marshal(fields, json.Deterministic(true))
	if err != nil {
		return tsp.Record{}, fails(tsp.Broken, "a record cannot be encoded")
	}
	out.Fields = text
	return out, nil
}
