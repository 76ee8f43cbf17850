package samsara

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const trailersPath = "/fleet/trailers"

// createTrailer makes an asset of type trailer if there is something to write that only assets
// have and the asset API is enabled, else a trailer.
func createTrailer() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindTrailer, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       trailerUses(resource.Create),
		Check:      tsp.Checked(checkTrailer),
		Steps: []rest.Step{
			{Key: "trailer", When: func(w tsp.Write) bool { return !asAsset(w) }, Method: http.MethodPost, Path: trailersPath,
				Encode: rest.Body(newTrailer), Decode: decodeTrailer, Find: findMarked(trailersPath, decodeTrailer), Harms: true},
			{Key: "asset", When: asAsset, Method: http.MethodPost, Path: assetsPath,
				Encode: rest.Body(newTrailerAsset), Decode: decodeRecord(trailers), Find: findAsset(trailers), Harms: true},
		},
	}
}

// updateTrailer changes what PATCH /fleet/trailers/{id} takes and then, where the asset API is
// enabled, VIN, make, model and year. Repeating either changes nothing more.
func updateTrailer() rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindTrailer, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       trailerUses(resource.Update),
		Check:      tsp.Checked(checkTrailer),
		Steps: []rest.Step{
			{Key: "trailer", When: func(w tsp.Write) bool { return !asAsset(w) || encodedTrailer(w) }, Method: http.MethodPatch,
				Path: trailersPath + "/{target}", Compose: change(nil, trailersPath, "", changeTrailer), Decode: decodeTrailer},
			{Key: "asset", When: asAsset, Method: http.MethodPatch, Path: assetsPath + "?id={target}",
				Compose: change(nil, trailersPath, "", changeTrailerAsset), Decode: decodeRecord(trailers)},
		},
	}
}

// decodeTrailer reads a trailer of the trailer API, in whose form trailers are listed unless the organization has the
// asset API.
func decodeTrailer(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	if assetRoute(w) {
		return decodeRecord(trailers)(w, a)
	}
	return decodeShown(trailerForm)(w, a)
}

// asAsset tells whether a write holds what only assets have, and may use them.
func asAsset(w tsp.Write) bool {
	t, ok := w.Payload.(*resource.Trailer)
	return ok && assetRoute(w) && (trailerVIN(t) != "" || t.OEM.State() == resource.Set ||
		t.ModelType.State() == resource.Set || t.ModelYear.State() == resource.Set)
}

// encodedTrailer tells whether the trailer API has something to change beside an asset.
func encodedTrailer(w tsp.Write) bool {
	t, ok := w.Payload.(*resource.Trailer)
	if !ok {
		return true
	}
	for _, o := range []resource.Opt[string]{t.TrailerName, t.VIN, t.LicensePlateNumber, t.Notes, t.ExternalID} {
		if o.State() != resource.Absent {
			return true
		}
	}
	return false
}

func trailerUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its trailers have no such field, and their list leaves attributes out")
	uses := tsp.Uses{
		"trailer_name":          tsp.Sent().NotNull().Length(1, 0),
		"oem":                   byRouteText(),
		"model_type":            byRouteText(),
		"model_year":            byRoute(),
		"vin":                   tsp.Sent().NotNull().Length(minVIN, maxVIN),
		"license_plate_region":  missing,
		"license_plate_country": missing,
		"license_plate_number":  tsp.Sent().Length(0, maxPlate),
		"is_active":             tsp.Rejects("its trailers are always active").But(true),
		"status":                missing,
		"notes":                 tsp.Sent().Length(0, maxNotes),
		"eld_id":                missing,
		"eld_serial_number":     tsp.Dropped("its trailers take no gateway's serial number; only vehicles do"),
		"eld_device_type":       missing,
		"eld_product_id":        missing,
		"total_axles":           missing,
		"external_id":           tsp.Sent().NotNull().Length(1, 0),
		"trailer_length":        missing,
		"trailer_type":          missing,
	}
	if verb == resource.Create {
		uses["trailer_name"] = tsp.Required().Length(1, 0)
	}
	return uses
}

// checkTrailer refuses a number that would not be read as a VIN: the serial number, where it goes, may hold anything. It
// refuses a year that is none.
func checkTrailer(t *resource.Trailer, s tsp.Settings) []resource.Problem {
	out := checkYear(t.ModelYear, s)
	if vin, ok := t.VIN.Get(); ok && !vinForm(vin) {
		out = append(out, problem("vin", vin, resource.CodePattern, "must be letters and digits at Samsara"))
	}
	return out
}

// trailerVIN is the VIN as the asset API takes it. The number stands in the serial number too,
// which is what the trailer API shows; one that is no VIN stands only there.
func trailerVIN(t *resource.Trailer) string {
	if vin := t.VIN.Or(""); wholeVIN(vin) {
		return vin
	}
	return ""
}

// trailerBody is a POST or PATCH of /fleet/trailers. The serial number is its only place for a
// VIN.
type trailerBody struct {
	Name         *string           `json:"name,omitzero"`
	Serial       *string           `json:"trailerSerialNumber,omitzero"`
	LicensePlate *string           `json:"licensePlate,omitzero"`
	Notes        *string           `json:"notes,omitzero"`
	ExternalIDs  map[string]string `json:"externalIds,omitzero"`
	TagIDs       []string          `json:"tagIds,omitzero"`
}

func newTrailer(t *resource.Trailer, w tsp.Write) (any, error) {
	return trailerBody{Name: value(t.TrailerName), Serial: value(t.VIN), LicensePlate: value(t.LicensePlateNumber), Notes: value(t.Notes),
		ExternalIDs: externalIDs(w, externalKey(w.Settings), t.ExternalID), TagIDs: w.Settings.List(settingTags)}, nil
}

func newTrailerAsset(t *resource.Trailer, w tsp.Write) (any, error) {
	return assetBody{Type: "trailer", Name: value(t.TrailerName), VIN: trailerVIN(t), Serial: t.VIN.Or(""), Make: value(t.OEM),
		Model: value(t.ModelType), Year: value(t.ModelYear), LicensePlate: value(t.LicensePlateNumber), Notes: value(t.Notes),
		ExternalIDs: externalIDs(w, externalKey(w.Settings), t.ExternalID), TagIDs: w.Settings.List(settingTags)}, nil
}

func changeTrailer(t *resource.Trailer, w tsp.Write, k kept) any {
	return trailerBody{Name: text(t.TrailerName), Serial: value(t.VIN), LicensePlate: text(t.LicensePlateNumber), Notes: text(t.Notes),
		ExternalIDs: externalIDs(w, externalKey(w.Settings), t.ExternalID), TagIDs: k.tags}
}

func changeTrailerAsset(t *resource.Trailer, _ tsp.Write, k kept) any {
	return assetBody{VIN: trailerVIN(t), Make: value(t.OEM), Model: value(t.ModelType), Year: value(t.ModelYear), TagIDs: k.tags}
}
