package traccar

import (
	"context"
	"net/http"
	"strconv"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// recorder makes the unified record of what was read.
type recorder func(ctx context.Context, send rest.Send, r row) (tsp.Record, error)

// lists are those of a connection with the settings.
func (k known) lists(s tsp.Settings) map[resource.Kind]rest.List {
	return map[resource.Kind]rest.List{
		resource.KindVehicle: deviceTable().list(isTrailer(false), k.devicesBy(s)),
		resource.KindTrailer: deviceTable().list(isTrailer(true), k.devicesBy(s)),
		resource.KindUser: driverTable().list(func(object) bool { return true },
			func(_ context.Context, _ rest.Send, r row) (tsp.Record, error) { return driverRecord(r), nil }),
	}
}

// devicesBy makes records of devices, with the names of their groups.
func (k known) devicesBy(s tsp.Settings) recorder {
	return func(ctx context.Context, send rest.Send, r row) (tsp.Record, error) {
		if r.group() == 0 {
			return deviceRecord(r, s, nil), nil
		}
		names, err := k.groups.Get(ctx, send)
		return deviceRecord(r, s, names), err
	}
}

// deviceRecord reads a vehicle or a trailer, with the names of groups by their ids.
func deviceRecord(r row, s tsp.Settings, groups map[int64]string) tsp.Record {
	f := machine(r.object, s)
	in := map[string]string{}
	if id := r.group(); id != 0 {
		in[strconv.FormatInt(id, 10)] = groups[id]
	}
	if isTrailer(true)(r.object) {
		trailerInfo(&f, r.object)
		f.TrailerGroups = in
	} else {
		vehicleInfo(&f, r.object)
		f.VehicleGroups = in
	}
	return tsp.Record{Collection: devices, SourceID: r.id(), Fields: encoded(f), Source: r.source}
}

func driverRecord(r row) tsp.Record {
	return tsp.Record{Collection: drivers, SourceID: r.id(), Fields: encoded(driverFields(r.object)), Source: r.source}
}

// recordOf reads what a write changes. The names of groups are another call's, and no write changes them.
func recordOf(r row, w tsp.Write) tsp.Record {
	if w.Kind == resource.KindUser {
		return driverRecord(r)
	}
	return deviceRecord(r, w.Settings, nil)
}

// group is the id of the group that a device is in; 0 if it is in none.
func (o object) group() int64 { return integer(o, "groupId") }

// integer is a member that is a whole number; 0 if it is none.
func integer(o object, member string) (n int64) {
	_ = json.Unmarshal(o[member], &n)
	return n
}

// written reads the answer to a create or an update, which repeats the record. It does not name the
// group of a device: such a record is read.
func written(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	o, err := rest.Decode[object](a)
	r := row{o, a.Body}
	switch {
	case err != nil:
		return tsp.Written{}, err
	case o.id() == "":
		return tsp.Written{}, a.Unconfirmed("Traccar's answer holds no id", nil)
	case w.Verb == resource.Update && o.id() != w.Target:
		return tsp.Written{SourceID: o.id()}, a.Unexpected("Traccar answered with another record", nil)
	}
	var record tsp.Record
	switch {
	case w.Kind == resource.KindUser:
		record = driverRecord(r)
	case r.group() != 0:
		return tsp.Written{SourceID: o.id(), Collection: devices}, nil
	default:
		record = deviceRecord(r, w.Settings, nil)
	}
	return tsp.Written{SourceID: o.id(), Collection: record.Collection, Record: &record}, nil
}

// readDevice reads one vehicle or trailer.
func (k known) readDevice(ctx context.Context, send rest.Send, one tsp.Single, s tsp.Settings) (tsp.Record, error) {
	r, err := readOne(ctx, send, devicesPath, one.SourceID)
	if err != nil {
		return tsp.Record{}, err
	}
	if !isTrailer(one.Kind == resource.KindTrailer)(r.object) {
		return tsp.Record{}, &tsp.Error{Class: tsp.Missing, Message: "Traccar has a device " + strconv.Quote(string(one.SourceID)) +
			", which is no " + string(one.Kind)}
	}
	return k.devicesBy(s)(ctx, send, r)
}

// readDriver reads one driver.
func readDriver(ctx context.Context, send rest.Send, one tsp.Single, _ tsp.Settings) (tsp.Record, error) {
	r, err := readOne(ctx, send, driversPath, one.SourceID)
	if err != nil {
		return tsp.Record{}, err
	}
	return driverRecord(r), nil
}

// readOne reads one record by its id. An id that is no number is none of the server's.
func readOne(ctx context.Context, send rest.Send, path string, id resource.SourceID) (row, error) {
	if _, err := strconv.ParseInt(string(id), 10, 64); err != nil {
		return row{}, &tsp.Error{Class: tsp.Missing, Message: "Traccar has no record " + strconv.Quote(string(id))}
	}
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path + "/" + string(id)})
	if err != nil {
		return row{}, err
	}
	o, err := rest.Decode[object](a)
	if err == nil && o.id() != id {
		err = a.Unexpected("Traccar answered with another record", nil)
	}
	return row{o, a.Body}, err
}
