package samsara

import (
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Samsara's assets are vehicles, trailers and other equipment; an asset's id is also that of the
// vehicle or trailer. The asset API is in beta and enabled per organization. It checks make,
// model and year against what the VIN decodes to.
const assetsPath = "/assets"

// assetBody is a POST or PATCH of /assets. The OpenAPI document 2025-10-23 gives tagIds to the POST only; Samsara's
// SDKs 11.11.1 and 14.7.0 give them to both, where they replace the whole set.
type assetBody struct {
	Type         string            `json:"type,omitzero"`
	Name         *string           `json:"name,omitzero"`
	VIN          string            `json:"vin,omitzero"`
	Serial       string            `json:"serialNumber,omitzero"`
	Make         *string           `json:"make,omitzero"`
	Model        *string           `json:"model,omitzero"`
	Year         *int64            `json:"year,omitzero"`
	LicensePlate *string           `json:"licensePlate,omitzero"`
	Notes        *string           `json:"notes,omitzero"`
	ExternalIDs  map[string]string `json:"externalIds,omitzero"`
	TagIDs       []string          `json:"tagIds,omitzero"`
	Attributes   []attributeValue  `json:"attributes,omitzero"`
}

// wholeVIN tells whether a number is one that the asset API takes for a VIN: 17 characters
// without I, O and Q. Others belong in the serial number.
func wholeVIN(number string) bool {
	return len(number) == maxVIN && lettersAndDigits(number) && !strings.ContainsAny(number, "IOQioq")
}

// vinForm tells whether a number has the form of those that Samsara's vehicles take for a VIN: older ones too.
func vinForm(number string) bool {
	return len(number) >= minVIN && len(number) <= maxVIN && lettersAndDigits(number)
}

func lettersAndDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// number puts a VIN, or a number that is none, where it belongs.
func (b *assetBody) number(vin resource.Opt[string]) {
	if v := vin.Or(""); wholeVIN(v) {
		b.VIN = v
	} else {
		b.Serial = v
	}
}

// checkYear refuses a year that is none, where it is sent: 0 reads as one that is not known (looseInt).
func checkYear(year resource.Opt[int64], s tsp.Settings) []resource.Problem {
	if n, ok := year.Get(); ok && n < 1 && assetsEnabled(s) {
		return []resource.Problem{problem("model_year", strconv.FormatInt(n, 10), resource.CodeRange,
			"must be above 0 at Samsara; leave out a year that is not known")}
	}
	return nil
}

// byRoute is the use of fields that only the asset API takes.
func byRoute() tsp.FieldUse {
	return tsp.Dropped("only its asset API takes it, which Samsara enables per organization; the connection's setting "+
		settingAssetRoute+" says so").With(settingAssetRoute, beta, tsp.Sent().NotNull())
}

// byRouteText is byRoute for texts.
func byRouteText() tsp.FieldUse {
	u := byRoute()
	u.Cases[0].Use = u.Cases[0].Use.Length(1, 0)
	return u
}
