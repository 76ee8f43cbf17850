package sim

import (
	"regexp"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var (
	lettersAndDigits = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	wholeVIN         = regexp.MustCompile(`^[A-HJ-NPR-Za-hj-npr-z0-9]{17}$`)
)

// vehicleVIN is the rule of PATCH /fleet/vehicles/{id}: 11 to 17 characters.
func vehicleVIN(v any) string {
	if wrong := simkit.String(11, 17)(v); wrong != "" {
		return wrong
	}
	if vin, _ := v.(string); !lettersAndDigits.MatchString(vin) {
		return "must be letters and digits"
	}
	return ""
}

// assetVIN is the rule of /assets: a "unique 17-digit" VIN, which has no I, O and Q. Shorter legacy numbers belong in
// serialNumber.
func assetVIN(v any) string {
	vin, ok := v.(string)
	if !ok {
		return "must be a string"
	}
	if vin != "" && !wholeVIN.MatchString(vin) {
		return "must be a VIN of 17 characters"
	}
	return ""
}

// checkDecodedVIN refuses a make that differs from what the VIN decodes to. Samsara decodes make, model and year; the
// simulator knows the manufacturer codes of some truck makers only.
func checkDecodedVIN(o simkit.Object) error {
	vin, given := strings.ToUpper(simkit.Text(o, "vin")), simkit.Text(o, "make")
	if len(vin) != 17 || given == "" {
		return nil
	}
	decoded := map[string]string{
		"1FU": "Freightliner", "3AK": "Freightliner", "1XK": "Kenworth", "1XP": "Peterbilt", "4V4": "Volvo",
		"1HT": "International", "3HS": "International", "1M1": "Mack",
	}[vin[:3]]
	if decoded == "" || strings.Contains(strings.ToLower(given), strings.ToLower(decoded)) {
		return nil
	}
	return simkit.Invalid("make %q does not agree with the VIN, which decodes to %q", given, decoded)
}
