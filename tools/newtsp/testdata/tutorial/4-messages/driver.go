package catenasimulator

import (
	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// driverFields are the members of the unified user that the TSP's drivers have.
type driverFields struct {
	FirstName string `json:"first_name"`
	IsDriver  bool   `json:"is_driver"`
}

// driverRecord puts a driver of the TSP into unified form.
func driverRecord(source jsontext.Value) (tsp.Record, error) {
	var d struct {
		ID   resource.SourceID `json:"id"`
		Name string            `json:"name"`
	}
	if err := json.Unmarshal(source, &d); err != nil {
		return tsp.Record{}, err
	}
	fields, err := json.Marshal(driverFields{FirstName: d.Name, IsDriver: true})
	return tsp.Record{Collection: drivers, SourceID: d.ID, Fields: fields, Source: source}, err
}
