package geotab

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// deviceRead is what is read of a Device. Nested entities come as {"id": ...} or, built-in ones,
// as their bare id.
type deviceRead struct {
	Name             string          `json:"name"`
	SerialNumber     string          `json:"serialNumber"`
	DeviceType       string          `json:"deviceType"`
	ProductID        int64           `json:"productId"`
	HardwareID       int64           `json:"hardwareId"`
	VIN              string          `json:"vehicleIdentificationNumber"`
	EngineVIN        string          `json:"engineVehicleIdentificationNumber"`
	LicensePlate     string          `json:"licensePlate"`
	LicenseState     string          `json:"licenseState"`
	Comment          string          `json:"comment"`
	TankCapacity     float64         `json:"fuelTankCapacity"`
	Groups           []looseRef      `json:"groups"`
	ActiveFrom       string          `json:"activeFrom"`
	ActiveTo         string          `json:"activeTo"`
	CustomProperties []propertyValue `json:"customProperties"`
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

// assetFields are the members of the unified vehicle and trailer that a Device has.
type assetFields struct {
	VehicleName        string            `json:"vehicle_name,omitzero"`
	TrailerName        string            `json:"trailer_name,omitzero"`
	VIN                string            `json:"vin,omitzero"`
	EngineVIN          string            `json:"engine_vin,omitzero"`
	LicensePlateRegion string            `json:"license_plate_region,omitzero"`
	LicensePlateNumber string            `json:"license_plate_number,omitzero"`
	StartedAt          string            `json:"started_at,omitzero"`
	EndedAt            string            `json:"ended_at,omitzero"`
	IsActive           bool              `json:"is_active"`
	Notes              string            `json:"notes,omitzero"`
	ELDID              string            `json:"eld_id,omitzero"`
	ELDSerialNumber    string            `json:"eld_serial_number,omitzero"`
	ELDDeviceType      string            `json:"eld_device_type,omitzero"`
	ELDProductID       string            `json:"eld_product_id,omitzero"`
	VehicleGroups      map[string]string `json:"vehicle_groups,omitzero"`
	TrailerGroups      map[string]string `json:"trailer_groups,omitzero"`
	FuelUnit           string            `json:"fuel_unit,omitzero"`
	FuelCapacity       string            `json:"fuel_capacity,omitzero"`
	EngineType         string            `json:"engine_type,omitzero"`
}

// asset reads what vehicles and trailers share.
func (d deviceRead) asset(now time.Time) assetFields {
	f := assetFields{VIN: clean(d.VIN), EngineVIN: clean(d.EngineVIN), LicensePlateRegion: d.LicenseState,
		LicensePlateNumber: d.LicensePlate, StartedAt: begun(d.ActiveFrom), IsActive: isActive(d.ActiveTo, now),
		Notes: d.Comment, ELDSerialNumber: clean(d.SerialNumber), EngineType: engineOf(d.Groups)}
	if !f.IsActive {
		f.EndedAt = d.ActiveTo
	}
	// A device without hardware has none of these; Geotab shows "None" and -1 for it.
	if d.ProductID > 0 {
		f.ELDProductID = strconv.FormatInt(d.ProductID, 10)
	}
	if d.HardwareID > 0 {
		f.ELDID = strconv.FormatInt(d.HardwareID, 10)
	}
	if d.DeviceType != "None" {
		f.ELDDeviceType = d.DeviceType
	}
	if d.TankCapacity > 0 {
		f.FuelUnit, f.FuelCapacity = "liters", strconv.FormatFloat(d.TankCapacity, 'f', -1, 64)
	}
	return f
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

func showVehicle(ctx context.Context, c *call, source jsontext.Value) (*shown, error) {
	return c.device(ctx, source, false)
}

func showTrailer(ctx context.Context, c *call, source jsontext.Value) (*shown, error) {
	return c.device(ctx, source, true)
}

// device reads a Device if it is a trailer, or is none, as is wanted.
func (c *call) device(ctx context.Context, source jsontext.Value, trailer bool) (*shown, error) {
	var d deviceRead
	if err := json.Unmarshal(source, &d); err != nil || slices.Contains(d.Groups, groupTrailer) != trailer {
		return nil, err
	}
	groups, err := c.named(ctx, companyGroups, d.Groups)
	if err != nil {
		return nil, err
	}
	held, err := c.heldIn(ctx, d.CustomProperties)
	if err != nil {
		return nil, err
	}
	f := d.called(trailer, c.session.adapter.now())
	if trailer {
		f.TrailerGroups = groups
	} else {
		f.VehicleGroups = groups
		delete(held, "trailer_type")
		delete(held, "trailer_length")
	}
	return &shown{fields: f, held: held}, nil
}

// called is what a device tells by itself of the trailer, or the vehicle, that it is.
func (d deviceRead) called(trailer bool, now time.Time) assetFields {
	f := d.asset(now)
	if trailer {
		f.TrailerName, f.EngineVIN = d.Name, ""
	} else {
		f.VehicleName = d.Name
	}
	return f
}
