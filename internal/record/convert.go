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
	factor := map[string]string{"meters": "1", "kilo_meters": "1000", "miles": "1609.344"}[d.text("odometer_unit")]
	d.aside("odometer_unit")
	value, ok := number(d.aside("odometer"))
	if !ok || factor == "" {
		return
	}
	metres := new(big.Rat).Mul(value, rat(factor))
	d.fields["odometer"] = jsontext.Value(decimal(metres))
	if _, has := d.model.Member("odometer_km"); has {
		d.fields["odometer_km"] = jsontext.Value(decimal(new(big.Rat).Quo(metres, rat("1000"))))
	}
}

// volume turns the volume into litres.
func (d draft) volume() {
	factor := map[string]string{"LITER": "1", "CUBIC_METER": "1000", "US_GALLON": "3.785411784", "IMPERIAL_GALLON": "4.54609"}[d.text("fuel_volume_unit")]
	d.aside("fuel_volume_unit")
	if value, ok := number(d.aside("fuel_volume")); ok && factor != "" {
		d.fields["fuel_volume"] = jsontext.Value(decimal(new(big.Rat).Mul(value, rat(factor))))
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
	d.fields["location"] = jsontext.Value(`{"type":"Point","coordinates":[` + decimal(long) + "," + decimal(lat) + "]}")
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
func number(raw jsontext.Value) (*big.Rat, bool) {
	if raw.Kind() != '0' {
		return nil, false
	}
	return new(big.Rat).SetString(string(raw))
}

func rat(text string) *big.Rat { return resource.Number(text).Rat() }

// decimals bounds the digits behind the point: a micrometre, a microlitre, a tenth of a
// millimetre on the ground.
const decimals = 9

// decimal writes a number without an exponent and without needless zeros.
func decimal(r *big.Rat) string {
	text := r.FloatString(decimals)
	text = strings.TrimRight(text, "0")
	return strings.TrimSuffix(text, ".")
}
