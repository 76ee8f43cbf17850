package record

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// convert makes the members of a read model that are no members of the payload, or have
// another form there.
func (d draft) convert() {
	switch d.model.Kind {
	case resource.KindMessage, resource.KindGroupMessage:
		d.message()
	case resource.KindDvirLog:
		d.odometer()
		if d.given["log_type"] == nil {
			d.fields["log_type"] = quoted("unknown")
		}
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
	}
}

func (d draft) message() {
	d.fields["status"] = quoted("sent")
	if text := d.given["message_text"]; text != nil && text.Kind() == '"' {
		sum := sha256.Sum256([]byte(d.text("message_text")))
		d.fields["message_hash"] = quoted(hex.EncodeToString(sum[:]))
	}
	people := []string{}
	for _, name := range []string{"sender_id", "recipient_id"} {
		if id, err := uuid.Parse(d.text(name)); err == nil {
			people = append(people, id.String())
		}
	}
	var several []uuid.UUID
	_ = json.Unmarshal(d.given["recipient_ids"], &several)
	for _, id := range several {
		people = append(people, id.String())
	}
	slices.Sort(people)
	thread := uuid.NewSHA1(idSpace, []byte("thread\x00"+strings.Join(slices.Compact(people), "\x00")))
	d.fields["thread_id"] = quoted(thread.String())
}

// cost spells money as a string, digit by digit as it was given.
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

// aside moves a member of the payload to the rest and returns it; nil if it is not there.
func (d draft) aside(name string) jsontext.Value {
	given := d.given[name]
	if given != nil && given.Kind() != 'n' {
		d.rest[name] = given
	}
	delete(d.given, name)
	return given
}

// odometer turns the distance into metres; one without a unit is not known in metres.
func (d draft) odometer() {
	unit := d.text("odometer_unit")
	d.aside("odometer_unit")
	value, ok := number(d.aside("odometer"))
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
	d.aside("fuel_volume_unit")
	value, ok := number(d.aside("fuel_volume"))
	if litres := value.Litres(unit); ok && litres != nil {
		d.fields["fuel_volume"] = jsontext.Value(decimal(litres))
	}
}

// location makes a GeoJSON Point, whose longitude comes first (RFC 7946).
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

// occurred takes out the time at which the event happened.
func (d draft) occurred(settled time.Time) time.Time {
	for _, name := range []string{"transaction_time", "occurred_at"} {
		text := d.text(name)
		delete(d.given, name)
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
// millimetre on the ground.
func decimal(r *big.Rat) string { return resource.Rounded(r, 9) }
