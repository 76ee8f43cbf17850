package geotab

import (
	"context"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func newVehicle(v *resource.Vehicle, w tsp.Write) ([]step, error) {
	return newDevice(deviceFromVehicle(v, w), w), nil
}

func newTrailer(t *resource.Trailer, w tsp.Write) ([]step, error) {
	return newDevice(deviceFromTrailer(t, w), w), nil
}

func newDevice(d device, w tsp.Write) []step {
	body := func(ctx context.Context, c *call, _ resource.SourceID) (any, error) {
		var err error
		d.Properties, err = c.values(ctx, w)
		return d, err
	}
	return []step{{key: mainStep, method: add, entity: "Device", collection: devices, body: body, find: findDevice(d)}}
}

func changedVehicle(v *resource.Vehicle, w tsp.Write) ([]step, error) {
	of, engine := deviceFromVehicle(v, w), ""
	if w.Settings.Bool(settingPowertrain) {
		engine = v.EngineType.Or("")
	}
	return []step{changeStep("Device", devices, change{of, deviceLists(of, engine, w)}, w)}, nil
}

func changedTrailer(t *resource.Trailer, w tsp.Write) ([]step, error) {
	of := deviceFromTrailer(t, w)
	return []step{changeStep("Device", devices, change{of, deviceLists(of, "", w)}, w)}, nil
}

// deviceLists changes the groups and the custom properties of a device, and holds that it has a tank, if one is
// given; nil where none of these is asked of it.
func deviceLists(of device, engine string, w tsp.Write) listing {
	if engine == "" && of.TankCapacity == nil && !givesProperty(w) {
		return nil
	}
	return func(ctx context.Context, c *call, entity jsontext.Value) (any, error) {
		var has deviceRead
		if err := json.Unmarshal(entity, &has); err != nil {
			return nil, err
		}
		if of.TankCapacity != nil {
			if err := has.hasTank(); err != nil {
				return nil, err
			}
		}
		values, err := c.values(ctx, w)
		var out device
		if len(values) > 0 {
			out.Properties = merged(has.CustomProperties, values)
		}
		if engine != "" {
			out.Groups = withPowertrain(has.Groups, engine)
		}
		return out, err
	}
}
