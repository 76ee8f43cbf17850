package traccar

import (
	"golang.org/x/text/language"

	"github.com/waybill-dev/waybill/internal/resource"
)

// isCountry tells whether a text is the ISO 3166 code of three letters of a country. The server keeps any text among the
// attributes.
func isCountry(code string) bool {
	region, err := language.ParseRegion(code)
	return err == nil && region.IsCountry() && region.ISO3() == code
}

// countryOf is a text if it is the code of a country; "" if not.
func countryOf(text string) string {
	if !isCountry(text) {
		return ""
	}
	return text
}

// checkCountry refuses a code of no country.
func checkCountry(path string, field resource.Opt[string]) []resource.Problem {
	code, ok := field.Get()
	if !ok || isCountry(code) {
		return nil
	}
	return []resource.Problem{{Path: path, Input: resource.Excerpt(code), Code: resource.CodeUnsupported,
		Message: "must be an ISO 3166 code of three letters such as USA"}}
}
