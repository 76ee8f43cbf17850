package samsara

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const assignmentsPath = "/fleet/driver-vehicle-assignments"

// createAssociation submits a driver-vehicle assignment. Vehicle, driver and start name one: the same three with an end
// change that of the assignment that is there and goes on, and without an end it goes on
// (https://developers.samsara.com/docs/driver-vehicle-assignment-faqs, read 2026-11-27). That the same again changes nothing
// more, and that another end takes the place of one, no page says: both are assumed, as PATCH finds its assignment by
// those three (https://developers.samsara.com/reference/updatedrivervehicleassignment, read 2026-11-27).
func createAssociation() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create},
		Strength:   tsp.NaturalKey,
		Makes:      assignments,
		Uses: tsp.Uses{
			"vehicle_id": tsp.Sent().Into(vehicles),
			"driver_id":  tsp.Sent().Into(drivers),
			"started_at": tsp.Sent().Because("in milliseconds"),
			"ended_at":   tsp.Sent().Because("in milliseconds"),
		},
		Method: http.MethodPost,
		Path:   assignmentsPath,
		Encode: rest.Body(encodeAssignment),
		Decode: decodeAssignment,
	}
}

// assignment is the body of a POST. When it was assigned is left to Samsara, for which that is now.
type assignment struct {
	Driver  resource.SourceID `json:"driverId"`
	Vehicle resource.SourceID `json:"vehicleId"`
	Start   string            `json:"startTime"`
	End     string            `json:"endTime,omitzero"`
}

func assignmentFrom(a *resource.DriverVehicleAssociation, w tsp.Write) assignment {
	driver, _ := w.Refs.One("driver_id")
	vehicle, _ := w.Refs.One("vehicle_id")
	out := assignment{Driver: driver, Vehicle: vehicle, Start: inMilliseconds(a.StartedAt)}
	if end, ends := a.EndedAt.Get(); ends {
		out.End = inMilliseconds(end)
	}
	return out
}

func encodeAssignment(a *resource.DriverVehicleAssociation, w tsp.Write) (any, error) {
	return assignmentFrom(a, w), nil
}

func inMilliseconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// id is what names an assignment at Samsara, which gives it no other name.
func (a assignment) id() resource.SourceID {
	return resource.SourceID(strings.Join([]string{string(a.Vehicle), string(a.Driver), a.Start}, "/"))
}

// decodeAssignment reads the answer, which tells in words that the assignment was submitted.
func decodeAssignment(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	answer, err := rest.Decode[struct {
		Data jsontext.Value `json:"data"`
	}](a)
	if err != nil {
		return tsp.Written{}, err
	}
	if answer.Data.Kind() != '{' {
		return tsp.Written{}, a.Unconfirmed("Samsara's answer does not say that it took the assignment", nil)
	}
	made, err := tsp.PayloadOf[*resource.DriverVehicleAssociation](w)
	if err != nil {
		return tsp.Written{}, err
	}
	return tsp.Written{SourceID: assignmentFrom(made, w).id(), Collection: assignments}, nil
}
