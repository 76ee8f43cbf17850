package traccar

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func createTrailer() rest.Write {
	w := createDevice(resource.KindTrailer)
	w.Uses, w.Check = trailerUses(resource.Create), tsp.Checked(checkTrailer)
	w.Encode = rest.Body(func(t *resource.Trailer, w tsp.Write) (any, error) {
		return trailerInto(serialized(begin(w, trailerCategory, trailerID(t)), t.ELDSerialNumber), t, w.Settings), nil
	})
	return w
}

func updateTrailer() rest.Write {
	w := updateDevice(resource.KindTrailer)
	w.Uses = trailerUses(resource.Update)
	w.Check = tsp.Checked(func(t *resource.Trailer, _ tsp.Settings) []resource.Problem { return checkSerial(t.ELDSerialNumber) })
	w.Compose = changed(devicesPath, func(o object, t *resource.Trailer, w tsp.Write) object {
		return trailerInto(paired(o, t.ELDSerialNumber, w), t, w.Settings)
	})
	return w
}

func trailerID(t *resource.Trailer) string { return uniqueID(t.ELDSerialNumber, t.ExternalID, t.VIN) }

// trailerInto writes what the fields of a trailer say into a device; see vehicleInto.
func trailerInto(o object, t *resource.Trailer, s tsp.Settings) object {
	put(o, "name", t.TrailerName)
	put(o, "disabled", disabled(t.IsActive))
	more := o.attributes()
	put(more, "make", t.OEM)
	if at := modelAttribute(s); at != ownModel {
		put(more, at, t.ModelType)
	}
	put(more, "modelYear", t.ModelYear)
	put(more, "vin", t.VIN)
	put(more, plateAttribute(s), t.LicensePlateNumber)
	put(more, "licensePlateRegion", t.LicensePlateRegion)
	put(more, "licensePlateCountry", t.LicensePlateCountry)
	put(more, "trailerStatus", t.Status)
	put(more, "notes", t.Notes)
	put(more, "axles", t.TotalAxles)
	put(more, "externalId", t.ExternalID)
	put(more, "trailerLength", number(t.TrailerLength))
	put(more, "trailerType", t.TrailerType)
	put(more, "eldId", t.ELDID)
	put(more, "eldDeviceType", t.ELDDeviceType)
	put(more, "eldProductId", t.ELDProductID)
	return o.with(more)
}

func trailerUses(verb resource.Verb) tsp.Uses {
	uses := tsp.Uses{
		"trailer_name":          tsp.Required().Length(1, maxText).NotNull(),
		"oem":                   tsp.Sent(),
		"model_type":            modelUse(),
		"model_year":            tsp.Sent(),
		"vin":                   tsp.Sent().Length(0, maxText),
		"license_plate_region":  tsp.Sent(),
		"license_plate_country": tsp.Sent(),
		"license_plate_number":  tsp.Sent(),
		"is_active":             tsp.Sent().NotNull(),
		"status":                tsp.Sent(),
		"notes":                 tsp.Sent(),
		"eld_id":                tsp.Sent(),
		"eld_serial_number":     tsp.Sent().Length(1, maxText),
		"eld_device_type":       tsp.Sent(),
		"eld_product_id":        tsp.Sent(),
		"total_axles":           tsp.Sent(),
		"external_id":           tsp.Sent().Length(0, maxText),
		"trailer_length":        tsp.Sent(),
		"trailer_type":          tsp.Sent(),
	}
	if verb == resource.Update {
		uses["trailer_name"] = tsp.Sent().Length(1, maxText).NotNull()
		uses["eld_serial_number"] = pairing()
	}
	return uses
}

// checkTrailer refuses a trailer without anything to know it by.
func checkTrailer(t *resource.Trailer, _ tsp.Settings) []resource.Problem {
	return checkIdentifier(t.ELDSerialNumber, trailerID(t))
}
