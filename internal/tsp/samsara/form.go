package samsara

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// form is how Samsara shows a kind of record: alike in its list, alone, and in the answers to writes.
type form struct {
	collection string
	// whole is a member that every record has. An answer without it shows a part of the record.
	whole string
	// read makes the unified form, without the members that record fills in.
	read func(source jsontext.Value) (tsp.Record, error)
}

// record makes a record of Samsara's.
func (f form) record(source jsontext.Value) (tsp.Record, error) {
	var key struct {
		ID resource.SourceID `json:"id"`
	}
	if err := json.Unmarshal(source, &key); err != nil {
		return tsp.Record{}, err
	}
	if key.ID == "" {
		return tsp.Record{}, fmt.Errorf("a record of %s has no id", f.collection)
	}
	r, err := f.read(source)
	r.Collection, r.SourceID, r.Source = f.collection, key.ID, source
	return r, err
}

// shown is the record that an answer holds; nil if it does not hold the whole of it.
func (f form) shown(a rest.Answer) *tsp.Record {
	body, err := rest.Decode[struct {
		Data jsontext.Value `json:"data"`
	}](a)
	if err != nil {
		return nil
	}
	var members map[string]jsontext.Value
	if json.Unmarshal(body.Data, &members) != nil || members[f.whole] == nil {
		return nil
	}
	r, err := f.record(body.Data)
	if err != nil {
		return nil
	}
	return &r
}

// unify makes the unified form of a record from a typed mapping.
func unify[R any](mapping func(R) any) func(jsontext.Value) (tsp.Record, error) {
	return func(source jsontext.Value) (tsp.Record, error) {
		var r R
		if err := json.Unmarshal(source, &r); err != nil {
			return tsp.Record{}, err
		}
		fields, err := json.Marshal(mapping(r), json.Deterministic(true))
		return tsp.Record{Fields: fields}, err
	}
}

// decodeShown reads a written record that the answer holds in the form of its list.
func decodeShown(of func(tsp.Settings) form) rest.Decoder {
	return func(w tsp.Write, a rest.Answer) (tsp.Written, error) {
		f := of(w.Settings)
		out, err := decodeRecord(f.collection)(w, a)
		if err == nil {
			out.Record = f.shown(a)
		}
		return out, err
	}
}

// records read single records in the form of their lists, which the answers of the asset API do not have.
func records() map[resource.Kind]rest.Record {
	return map[resource.Kind]rest.Record{
		resource.KindVehicle: single(vehiclesPath, vehicleForm),
		resource.KindTrailer: singleTrailer,
		resource.KindUser: func(ctx context.Context, send rest.Send, one tsp.Single, s tsp.Settings) (tsp.Record, error) {
			if one.Collection == users {
				return single(usersPath, userForm)(ctx, send, one, s)
			}
			return single(driversPath, patchedDriver)(ctx, send, one, s)
		},
	}
}

// single reads a record from its own path.
func single(path string, of func(tsp.Settings) form) rest.Record {
	return func(ctx context.Context, send rest.Send, one tsp.Single, s tsp.Settings) (tsp.Record, error) {
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path + "/" + url.PathEscape(string(one.SourceID))})
		if err != nil {
			return tsp.Record{}, err
		}
		body, err := rest.Decode[struct {
			Data jsontext.Value `json:"data"`
		}](a)
		if err != nil {
			return tsp.Record{}, err
		}
		r, err := of(s).record(body.Data)
		if err == nil && r.SourceID != one.SourceID {
			err = fmt.Errorf("it is of %s", r.SourceID)
		}
		if err != nil {
			return tsp.Record{}, a.Unexpected("the answer does not hold the record", err)
		}
		return r, nil
	}
}

// singleTrailer reads a trailer where trailers are listed.
func singleTrailer(ctx context.Context, send rest.Send, one tsp.Single, s tsp.Settings) (tsp.Record, error) {
	if !assetsEnabled(s) {
		return single(trailersPath, trailerForm)(ctx, send, one, s)
	}
	sweep := trailerSweep(s)
	sweep.query.Set("ids", string(one.SourceID))
	page, err := sweep.page(ctx, send, "")
	if err != nil {
		return tsp.Record{}, err
	}
	for _, r := range page.Records {
		if r.SourceID == one.SourceID {
			return r, nil
		}
	}
	return tsp.Record{}, &tsp.Error{Class: tsp.Missing, Message: "Samsara has no asset " + string(one.SourceID)}
}
