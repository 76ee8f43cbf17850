package catenasimulator

import (
	"context"
	"net/http"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func updateVehicle() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       vehicleUses(resource.Update),
		Method:     http.MethodPut,
		Path:       vehiclesPath + "/{target}",
		Compose:    rest.Modify(readVehicle, changeVehicle),
		Decode: func(w tsp.Write, a rest.Answer) (tsp.Written, error) {
			if a.Status == http.StatusConflict {
				return tsp.Written{Collection: vehicles, Note: "there was nothing to change"}, nil
			}
			return madeVehicle(w, a)
		},
	}
}

// oneVehicle reads one vehicle.
func oneVehicle(ctx context.Context, send rest.Send, one tsp.Single, _ tsp.Settings) (tsp.Record, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodPost, Path: vehiclesPath + "/read", Body: map[string]any{"id": one.SourceID}, Reads: true})
	if err != nil {
		return tsp.Record{}, err
	}
	record, err := vehicleRecord(jsontext.Value(a.Body))
	if err != nil {
		return tsp.Record{}, a.Unexpected("the vehicle has an unexpected shape", err)
	}
	return record, nil
}

// readVehicle asks for the vehicle to update, which this TSP does by POST.
func readVehicle(w tsp.Write) (rest.Call, error) {
	return rest.Call{Method: http.MethodPost, Path: vehiclesPath + "/read", Body: map[string]any{"id": w.Target}}, nil
}

// changeVehicle puts the given fields into the vehicle as the TSP has it; a PUT clears what it lacks.
func changeVehicle(v *resource.Vehicle, _ tsp.Write, record rest.Answer) (any, error) {
	whole, err := rest.Decode[map[string]any](record)
	if err != nil {
		return nil, err
	}
	delete(whole, "id")
	given, err := json.Marshal(vehicleFrom(v))
	if err == nil {
		err = json.Unmarshal(given, &whole)
	}
	return whole, err
}
