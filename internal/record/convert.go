package record

import (
	"math/big"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// convert makes the members of a read model that are no members of the payload, or have another
// form there. Imported records come from adapters in the form of the read model; this is for
// payloads of writes alone.
func (d draft) convert() {
	switch d.model.Kind {
	case resource.KindMessage, resource.KindGroupMessage:
		// And not delivered: that the TSP took it is all that is known, unless it tells more.
		d.fill("status", "sent")
	case resource.KindDvirLog:
		d.odometer()
		if d.given["log_type"] == nil && d.fields["log_type"] == nil {
			d.fields["log_type"] = quoted("unknown")
		}
		// The contract's read model counts what the payload lists.
		if v := d.given["defect_count"]; v == nil || v.Kind() == 'n' {
			var defects []string
			_ = json.Unmarshal(d.given["defects"], &defects)
			d.given["defect_count"] = jsontext.Value(strconv.Itoa(len(defects)))
		}
	case resource.KindFuelTransaction:
		d.odometer()
		d.volume()
		d.location()
		d.cost()
	case resource.KindDriverVehicleAssociation:
		// What is written without an end goes on, also where an earlier write had one.
		if d.given["ended_at"] == nil {
			delete(d.fields, "ended_at")
		}
	}
}

// cost spells money as a string, digit by digit as it was given. A float would change cents; an
// exponent, which JSON allows, is written out.
func (d draft) cost() {
	given := d.given["total_cost"]
	if given.Kind() != '0' {
		return
	}
	text := string(given)
	if !isDecimal(text) {
		text = decimal(resource.Number(text).Rat())
	}
	d.given["total_cost"] = quoted(text)
}

// take takes a member out of the payload and returns it; nil if it is not there.
func (d draft) take(name string) jsontext.Value {
	given := d.given[name]
	delete(d.given, name)
	return given
}

// odometer turns the distance into metres; one without a unit is not known in metres.
func (d draft) odometer() {
	unit := d.text("odometer_unit")
	d.take("odometer_unit")
	value, ok := number(d.take("odometer"))
	metres := value.Metres(unit)
	if !ok || metres == nil {
		return
	}
	d.fields["odometer"] = jsontext.Value(decimal(metres))
	if _, has := d.model.Member("odometer_km"); has {
		d.fields["odometer_km"] = jsontext.Value(decimal(value.Kilometres(unit)))
	}
}

// volume turns the volume into litres.
func (d draft) volume() {
	unit := d.text("fuel_volume_unit")
	d.take("fuel_volume_unit")
	value, ok := number(d.take("fuel_volume"))
	if litres := value.Litres(unit); ok && litres != nil {
		d.fields["fuel_volume"] = jsontext.Value(decimal(litres))
	}
}

// location makes a GeoJSON Point, whose longitude comes first (RFC 7946). One of the two alone is
// no place and stays what it is.
func (d draft) location() {
	lat, ok := number(d.given["latitude"])
	long, ok2 := number(d.given["longitude"])
	if !ok || !ok2 {
		return
	}
	delete(d.given, "latitude")
	delete(d.given, "longitude")
	d.fields["location"] = jsontext.Value(`{"type":"Point","coordinates":[` + decimal(long.Rat()) + "," + decimal(lat.Rat()) + "]}")
}

// occurred is the time at which the event happened. A payload has one of the two at most, by its kind.
func (d draft) occurred(settled time.Time) time.Time {
	for _, name := range []string{"transaction_time", "occurred_at", "started_at"} {
		text := d.text(name)
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return settled
}

// number reads a JSON number. The field tables have bounded its exponent.
func number(raw jsontext.Value) (resource.Number, bool) {
	return resource.Number(raw), raw.Kind() == '0'
}

// decimal writes a number with nine decimals at most: a micrometre, a microlitre, a tenth of a
// millimetre on the ground. Conversions are exact fractions up to here.
func decimal(r *big.Rat) string { return resource.Rounded(r, 9) }
