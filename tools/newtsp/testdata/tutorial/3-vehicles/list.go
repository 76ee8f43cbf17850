package catenasimulator

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// vehicleFields are the members of the unified vehicle that the TSP has.
type vehicleFields struct {
	VehicleName        string `json:"vehicle_name"`
	VIN                string `json:"vin,omitzero"`
	LicensePlateNumber string `json:"license_plate_number,omitzero"`
	IsActive           bool   `json:"is_active"`
}

// longest is as much as is read of a list, which may come without pages.
const longest = 64 << 20

// list reads one page of a collection, which is also the name of its path and of the member of
// its answers.
func list(collection string, unify func(source jsontext.Value) (tsp.Record, error)) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		query := url.Values{}
		if ask.Cursor != "" {
			query.Set("after", ask.Cursor)
		}
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: "/" + collection, Query: query, Most: longest})
		if err != nil {
			return tsp.Page{}, err
		}
		answer, err := rest.Decode[map[string]jsontext.Value](a)
		if err != nil {
			return tsp.Page{}, err
		}
		var sources []jsontext.Value
		page := tsp.Page{}
		if err := errors.Join(json.Unmarshal(answer[collection], &sources), json.Unmarshal(answer["next"], &page.Next)); err != nil {
			return tsp.Page{}, a.Unexpected("the list of "+collection+" has an unexpected shape", err)
		}
		for _, source := range sources {
			record, err := unify(source)
			if err != nil {
				return tsp.Page{}, a.Unexpected("one of the "+collection+" has an unexpected shape", err)
			}
			page.Records = append(page.Records, record)
		}
		return page, nil
	}
}

// vehicleRecord puts a vehicle of the TSP into unified form.
func vehicleRecord(source jsontext.Value) (tsp.Record, error) {
	var v struct {
		ID     resource.SourceID `json:"id"`
		Name   string            `json:"name"`
		VIN    string            `json:"vin"`
		Plate  string            `json:"plate"`
		Active bool              `json:"active"`
	}
	if err := json.Unmarshal(source, &v); err != nil {
		return tsp.Record{}, err
	}
	fields, err := json.Marshal(vehicleFields{VehicleName: v.Name, VIN: v.VIN, LicensePlateNumber: v.Plate, IsActive: v.Active})
	return tsp.Record{Collection: vehicles, SourceID: v.ID, Fields: fields, Source: source}, err
}
