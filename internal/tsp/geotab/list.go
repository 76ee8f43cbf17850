package geotab

import (
	"context"
	"errors"
	"slices"
	"strings"
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
	// keep tells whether an entity is of the kind that is asked for.
	keep   func(source jsontext.Value) (bool, error)
	fields func(source jsontext.Value, now time.Time) (any, error)
}

func lists() map[resource.Kind]list {
	return map[resource.Kind]list{
		resource.KindVehicle: {"Device", devices, isTrailer(false), vehicleFields},
		resource.KindTrailer: {"Device", devices, isTrailer(true), trailerFields},
		resource.KindUser:    {"User", users, func(jsontext.Value) (bool, error) { return true, nil }, userFields},
	}
}

// List reads one page. Its cursor is the last id of the page before, by which Geotab sorts.
func (s *session) List(ctx context.Context, l tsp.List) (tsp.Page, error) {
	of, ok := lists()[l.Kind]
	if !ok {
		return tsp.Page{}, &tsp.Error{Class: tsp.Unsupported, Message: "Geotab has no list of " + string(l.Kind) + " records"}
	}
	sorted := map[string]string{"sortBy": "id", "sortDirection": "asc"}
	if l.Cursor != "" {
		sorted["offset"], sorted["lastId"] = l.Cursor, l.Cursor
	}
	c := &call{session: s, pace: l.Pace}
	all, err := query[jsontext.Value](ctx, c, map[string]any{"typeName": of.entity, "resultsLimit": pageSize, "sort": sorted}, of.entity)
	if err != nil {
		return tsp.Page{}, err
	}
	page := tsp.Page{}
	for _, source := range all {
		id, record, err := of.record(source, s.adapter.now())
		switch {
		case err != nil:
			return page, &tsp.Error{Class: tsp.Broken, Message: "a " + of.entity + " has an unexpected shape", Status: c.status, Err: err}
		case string(id) == l.Cursor:
			return page, &tsp.Error{Class: tsp.Broken, Message: "Geotab does not go on behind the id that it was asked to", Status: c.status}
		case record != nil:
			page.Records = append(page.Records, *record)
		}
		page.Next = string(id)
	}
	if len(all) < pageSize {
		page.Next = ""
	}
	return page, nil
}

func (of list) record(source jsontext.Value, now time.Time) (resource.SourceID, *tsp.Record, error) {
	var key ref
	if err := json.Unmarshal(source, &key); err != nil {
		return "", nil, err
	}
	if key.ID == "" {
		return "", nil, errors.New("it has no id")
	}
	keep, err := of.keep(source)
	if err != nil || !keep {
		return key.ID, nil, err
	}
	fields, err := of.fields(source, now)
	if err != nil {
		return "", nil, err
	}
	unified, err := json.Marshal(fields)
	return key.ID, &tsp.Record{Collection: of.collection, SourceID: key.ID, Fields: unified, Source: source}, err
}

// deviceRead is what is read of a Device. Nested entities come as {"id": ...} or, built-in ones,
// as their bare id.
type deviceRead struct {
	Name         string     `json:"name"`
	SerialNumber string     `json:"serialNumber"`
	DeviceType   string     `json:"deviceType"`
	VIN          string     `json:"vehicleIdentificationNumber"`
	EngineVIN    string     `json:"engineVehicleIdentificationNumber"`
	LicensePlate string     `json:"licensePlate"`
	LicenseState string     `json:"licenseState"`
	Comment      string     `json:"comment"`
	Groups       []looseRef `json:"groups"`
	ActiveFrom   string     `json:"activeFrom"`
	ActiveTo     string     `json:"activeTo"`
}

type looseRef string

// UnmarshalJSON reads either form.
func (r *looseRef) UnmarshalJSON(raw []byte) error {
	var bare string
	if json.Unmarshal(raw, &bare) == nil {
		*r = looseRef(bare)
		return nil
	}
	var nested struct {
		ID string `json:"id"`
	}
	err := json.Unmarshal(raw, &nested)
	*r = looseRef(nested.ID)
	return err
}

func isTrailer(want bool) func(jsontext.Value) (bool, error) {
	return func(source jsontext.Value) (bool, error) {
		var d deviceRead
		err := json.Unmarshal(source, &d)
		return slices.Contains(d.Groups, groupTrailer) == want, err
	}
}

// assetFields are the members of the unified vehicle and trailer that a Device has.
type assetFields struct {
	VehicleName        string `json:"vehicle_name,omitzero"`
	TrailerName        string `json:"trailer_name,omitzero"`
	VIN                string `json:"vin,omitzero"`
	EngineVIN          string `json:"engine_vin,omitzero"`
	LicensePlateRegion string `json:"license_plate_region,omitzero"`
	LicensePlateNumber string `json:"license_plate_number,omitzero"`
	StartedAt          string `json:"started_at,omitzero"`
	EndedAt            string `json:"ended_at,omitzero"`
	IsActive           bool   `json:"is_active"`
	Notes              string `json:"notes,omitzero"`
	ELDSerialNumber    string `json:"eld_serial_number,omitzero"`
	ELDDeviceType      string `json:"eld_device_type,omitzero"`
}

func readAsset(source jsontext.Value, now time.Time) (assetFields, string, error) {
	var d deviceRead
	err := json.Unmarshal(source, &d)
	f := assetFields{VIN: clean(d.VIN), EngineVIN: clean(d.EngineVIN), LicensePlateRegion: d.LicenseState, LicensePlateNumber: d.LicensePlate,
		StartedAt: begun(d.ActiveFrom), IsActive: isActive(d.ActiveTo, now), Notes: d.Comment, ELDSerialNumber: clean(d.SerialNumber), ELDDeviceType: d.DeviceType}
	if !f.IsActive {
		f.EndedAt = d.ActiveTo
	}
	return f, d.Name, err
}

// clean leaves out the marks that stand for nothing: "?" for a VIN that was never read and
// zeros for a serial number that there is not.
func clean(s string) string {
	if strings.Trim(s, "?") == "" || strings.Trim(s, "0-") == "" {
		return ""
	}
	return s
}

// begun leaves out the times that stand for always.
func begun(at string) string {
	if t, err := time.Parse(time.RFC3339Nano, at); err != nil || t.Year() < 2000 {
		return ""
	}
	return at
}

// isActive tells whether an activeTo is still to come; one that is absent never comes.
func isActive(until string, now time.Time) bool {
	t, err := time.Parse(time.RFC3339Nano, until)
	return err != nil || t.After(now)
}

func vehicleFields(source jsontext.Value, now time.Time) (any, error) {
	f, name, err := readAsset(source, now)
	f.VehicleName = name
	return f, err
}

func trailerFields(source jsontext.Value, now time.Time) (any, error) {
	f, name, err := readAsset(source, now)
	f.TrailerName, f.EngineVIN = name, ""
	return f, err
}
