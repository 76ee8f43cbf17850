package sim

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var fuelRequired = []string{"vehicle_id", "driver_id", "purchased_at", "jurisdiction", "fuel_type", "fuel", "fuel_unit"}

// decimal is an amount written as text.
var decimal = regexp.MustCompile(`^\d+(\.\d+)?$`)

// fuelShape is the body of POST and PUT. The lists of values are those of clients that took them from the page.
func fuelShape() simkit.Shape {
	return simkit.Shape{
		"vehicle_id": simkit.Integer, "driver_id": simkit.Integer,
		"purchased_at": simkit.Matching("a date or a time in ISO 8601 format", isTime),
		"jurisdiction": simkit.Matching("a US state or a Canadian province in two capital letters", isJurisdiction),
		"fuel_type": simkit.Enum("diesel", "gasoline", "propane", "lng", "cng", "ethanol", "methanol", "e85", "m85", "a55",
			"biodiesel", "other"),
		"fuel": positive, "fuel_unit": simkit.Enum("gal", "ltr"), "total_cost": notNegative,
		"currency": simkit.Enum("USD", "CAD"), "ref_no": simkit.String(0, 0), "vendor": simkit.String(0, 0),
		"odometer": distance, "odometer_unit": simkit.Enum("MI", "KM"), "location": simkit.String(0, 0),
		"receipt": simkit.List(simkit.String(1, 0)),
	}
}

// amount is the value of a number that may be written as text.
func amount(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil && decimal.MatchString(v)
	}
	return 0, false
}

func positive(v any) string {
	if n, ok := amount(v); !ok || n <= 0 {
		return "must be a number over 0, or one written as text"
	}
	return ""
}

func notNegative(v any) string {
	if n, ok := amount(v); !ok || n < 0 {
		return "must be a number of at least 0, or one written as text"
	}
	return ""
}

func distance(v any) string {
	if n, ok := v.(int64); !ok || n < 0 {
		return "must be an integer of at least 0"
	}
	return ""
}

func isTime(s string) bool {
	_, ok := parseTime(s, time.UTC)
	return ok
}

func isJurisdiction(s string) bool {
	const known = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND" +
		" OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS NT NU ON PE QC SK YT "
	return len(s) == 2 && strings.Contains(known, " "+s+" ")
}
