package motive

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const assetsPath = "/v1/assets"

// assetBody is what is written of an asset, Motive's word for trailers.
type assetBody struct {
	Name              jsontext.Value `json:"name,omitzero"`
	Type              jsontext.Value `json:"type,omitzero"`
	CustomType        jsontext.Value `json:"custom_type,omitzero"`
	Make              jsontext.Value `json:"make,omitzero"`
	Model             jsontext.Value `json:"model,omitzero"`
	Year              jsontext.Value `json:"year,omitzero"`
	Status            jsontext.Value `json:"status,omitzero"`
	VIN               jsontext.Value `json:"vin,omitzero"`
	PlateState        jsontext.Value `json:"license_plate_state,omitzero"`
	PlateNumber       jsontext.Value `json:"license_plate_number,omitzero"`
	Axle              jsontext.Value `json:"axle,omitzero"`
	Length            jsontext.Value `json:"length,omitzero"`
	LengthMetricUnits *bool          `json:"length_metric_units,omitzero"`
	Notes             jsontext.Value `json:"notes,omitzero"`
	GroupIDs          []int64        `json:"group_ids,omitzero"`
	Availability      *availability  `json:"availability_details,omitzero"`
	ExternalIDs       []externalID   `json:"external_ids_attributes,omitzero"`
}

func assetFrom(t *resource.Trailer, w tsp.Write) assetBody {
	b := assetBody{
		Name: rest.Given(t.TrailerName), Make: rest.Given(t.OEM), Model: rest.Given(t.ModelType), Year: year(t.ModelYear), Status: statusOf(t.IsActive),
		VIN: rest.Given(t.VIN), PlateState: rest.Given(t.LicensePlateRegion), PlateNumber: rest.Given(t.LicensePlateNumber),
		Axle: rest.Given(t.TotalAxles), Notes: rest.Given(t.Notes), Availability: assetAvailable(t.Status),
	}
	if kind, ok := t.TrailerType.Get(); ok {
		if known := assetTypes()[folded(kind)]; known != "" {
			b.Type = encoded(known)
			if w.Verb == resource.Update {
				b.CustomType = jsontext.Value("null")
			}
		} else {
			b.Type, b.CustomType = encoded(w.Settings.Text(settingAssetType)), encoded(kind)
		}
	}
	if unit := w.Settings.Text(settingLengthUnit); unit != "" && t.TrailerLength.State() != resource.Absent {
		metric := unit == "meters"
		b.LengthMetricUnits, b.Length = &metric, jsontext.Value("null")
		if length, ok := t.TrailerLength.Get(); ok {
			b.Length = jsontext.Value(length)
		}
	}
	if w.Verb == resource.Create {
		b.GroupIDs = numbers(w.Settings.List(settingGroups))
		b.ExternalIDs = externalIDs(t.ExternalID, w)
	}
	return b
}

// assetTypes are the types that pages of Motive's show, by their folded names. Their list is
// not complete anywhere; others go as custom types.
func assetTypes() map[string]string {
	return map[string]string{"flatbed": "flatbed", "lowboy": "low_boy", "drybox": "dry_box", "dryvan": "dry_box",
		"reefer": "reefer", "autohauler": "auto_hauler"}
}

func knownAssetTypes() []string { return slices.Collect(maps.Values(assetTypes())) }

// isAssetType tells whether a word has the form of those types.
func isAssetType(word string) bool {
	return word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// folded is a word without case, spaces and marks.
func folded(word string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(strings.TrimSpace(word)))
}

// assetAvailable reads a trailer's status, which is free text.
func assetAvailable(status resource.Opt[string]) *availability {
	switch folded(status.Or("")) {
	case "inservice":
		return &availability{Status: "in_service"}
	case "outofservice":
		return outOfService("out of service")
	}
	return nil
}

// checkAsset refuses a status that has neither of the two meanings, and a year that is none.
func checkAsset(t *resource.Trailer, _ tsp.Settings) []resource.Problem {
	var wrong problems
	if status, ok := t.Status.Get(); ok && assetAvailable(t.Status) == nil {
		wrong.refuse("status", status, resource.CodeUnsupported, "must be in_service or out_of_service at Motive")
	}
	wrong.year(t.ModelYear)
	return wrong
}

func trailerUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its assets have no such field")
	uses := tsp.Uses{
		"trailer_name":          tsp.Required().Length(1, 0).NotNull(),
		"oem":                   tsp.Required().Length(1, 0).NotNull(),
		"model_type":            tsp.Required().Length(1, 0).NotNull(),
		"model_year":            tsp.Required().NotNull().Because(fourDigits),
		"vin":                   tsp.Sent(),
		"license_plate_region":  tsp.Sent(),
		"license_plate_country": missing,
		"license_plate_number":  tsp.Sent(),
		"is_active":             tsp.Sent().NotNull(),
		"status":                tsp.Sent().NotNull().NotRead("it reads as in_service or out_of_service, whatever its spelling was"),
		"notes":                 tsp.Sent(),
		"eld_id":                missing,
		"eld_serial_number":     missing,
		"eld_device_type":       missing,
		"eld_product_id":        missing,
		"total_axles":           tsp.Sent(),
		"external_id":           tsp.Sent().NotNull().Length(1, 0),
		"trailer_length": tsp.Dropped("its unit is not told; the connection's setting "+settingLengthUnit+" tells it").
			With(settingLengthUnit, "", tsp.Sent()),
		"trailer_type": trailerType(tsp.Required()),
	}
	if verb == resource.Update {
		for _, name := range []string{"trailer_name", "oem", "model_type"} {
			uses[name] = tsp.Sent().Length(1, 0).NotNull()
		}
		uses["trailer_type"] = trailerType(tsp.Sent())
		uses["model_year"] = tsp.Sent().NotNull().Because(fourDigits)
	}
	return uses
}

func trailerType(use tsp.FieldUse) tsp.FieldUse {
	return use.Length(1, 0).NotNull().NotRead("a type that Motive has reads as Motive spells it")
}
