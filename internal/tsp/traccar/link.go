package traccar

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const permissionsPath = "/api/permissions"

// untimed is what both times share.
const untimed = "the server links drivers to devices and keeps no times of that"

// createAssociation links a driver to a device, or unlinks the two (api/resource/PermissionsResource). A device may have
// several drivers. A link says who may drive, and to whom messages on the device go; whose a position is the device tells, and
// the link where the server's setting processing.useLinkedDriver has it so and the device tells nobody: then it is the first driver
// that the cache holds, of the device or its groups (handler/DriverHandler). Read 2026-11-27 at
// https://github.com/traccar/traccar/tree/9e5c458ad0bf44ceaddf72534bf6874787f41b6c.
func createAssociation(k known, now func() time.Time) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Makes:      links,
		Uses: tsp.Uses{
			"vehicle_id": tsp.Sent().Into(devices).Because("drivers who are linked to it already stay so"),
			"driver_id":  tsp.Sent().Into(drivers),
			"started_at": tsp.Dropped(untimed),
			"ended_at":   tsp.Sent().Because(untimed + ": a past one unlinks the driver when the write is made"),
		},
		Check: tsp.Checked(func(a *resource.DriverVehicleAssociation, _ tsp.Settings) []resource.Problem {
			var wrong []resource.Problem
			for _, name := range a.Ahead(now()) {
				wrong = append(wrong, resource.Problem{Path: name, Code: resource.CodeUnsupported,
					Message: "must not lie ahead at Traccar: " + untimed + "; write it when its time has come"})
			}
			return wrong
		}),
		Warn: tsp.Checked(func(a *resource.DriverVehicleAssociation, _ tsp.Settings) []tsp.Warning {
			if !a.Ends() {
				return nil
			}
			return []tsp.Warning{{Path: "ended_at", Message: untimed + ": the driver is unlinked when the write is made"}}
		}),
		Each: func(w tsp.Write) ([]rest.Step, error) {
			a, err := tsp.PayloadOf[*resource.DriverVehicleAssociation](w)
			if err != nil {
				return nil, err
			}
			s, err := linkStep(k, w, a.Ends())
			return []rest.Step{s}, err
		},
	}
}

// pair is a permission. The first member is the owner (model/Permission), so that their order matters.
type pair struct {
	Device jsontext.Value `json:"deviceId"`
	Driver jsontext.Value `json:"driverId"`

	device int64
	driver resource.SourceID
	// memory is the fleet that the session remembered when the call was made; nil for none.
	memory *fleet
}

// linkStep makes or takes away a link. What is so already is left as it is: the server would store the same link a second
// time (DatabaseStorage.addPermission inserts, and tc_device_driver has no unique key; at the commit above).
func linkStep(k known, w tsp.Write, ends bool) (rest.Step, error) {
	device, _ := w.Refs.One("vehicle_id")
	driver, _ := w.Refs.One("driver_id")
	id, err := whole(device)
	if err == nil {
		_, err = whole(driver)
	}
	if err != nil {
		return rest.Step{}, err
	}
	p := &pair{device: id, driver: driver}
	p.Device, p.Driver = jsontext.Value(device), jsontext.Value(driver)
	s := rest.Step{Key: "link", Method: http.MethodPost, Path: permissionsPath, Harms: true}
	if ends {
		s.Key, s.Method = "unlink", http.MethodDelete
	}
	s.Find = func(ctx context.Context, send rest.Send, _ tsp.Write) (tsp.Written, bool, error) {
		linked, a, err := p.linked(ctx, send)
		return p.written(a), linked != ends, err
	}
	s.Holds = func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		out, holds, err := s.Find(ctx, send, w)
		if holds && ends {
			// Links to a driver whom the credentials do not see are not told.
			_, err = seenDriver(ctx, send, driver)
		}
		out.Note = "it was so already"
		return out, holds, err
	}
	s.Compose = func(ctx context.Context, _ rest.Send, _ tsp.Write) (any, error) {
		p.memory, _ = k.fleet.Known(ctx)
		return p, nil
	}
	s.Decode = func(_ tsp.Write, a rest.Answer) (tsp.Written, error) {
		p.memory.forget(p.device)
		if a.Status != http.StatusNoContent {
			return tsp.Written{}, a.Unconfirmed("the answer is none of Traccar's to a link", nil)
		}
		return p.written(a), nil
	}
	return s, nil
}

// whole is an id as the server has it.
func whole(id resource.SourceID) (int64, error) {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(id) {
		return 0, &tsp.Error{Class: tsp.Missing, Message: strconv.Quote(string(id)) + " is no id of Traccar's"}
	}
	return n, nil
}

// linked tells whether the device has the driver.
func (p *pair) linked(ctx context.Context, send rest.Send) (bool, rest.Answer, error) {
	rows, a, err := driverTable().read(ctx, send, url.Values{"deviceId": {string(p.Device)}})
	return slices.ContainsFunc(rows, func(r row) bool { return r.id() == p.driver }), a, err
}

// written is the link, which has no id of its own.
func (p *pair) written(a rest.Answer) tsp.Written {
	return tsp.Written{SourceID: resource.SourceID(string(p.Device) + "/" + string(p.driver)), Collection: links,
		Status: a.Status, Headers: a.Headers}
}

// forget has the drivers of a device asked for anew.
func (f *fleet) forget(device int64) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.linked, device)
}
