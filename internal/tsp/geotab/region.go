package geotab

import (
	"strings"

	"golang.org/x/text/language"
)

// alpha2Of is a country's code of two letters for its one of three, in capitals or not; "" if there is none.
func alpha2Of(code string) string {
	code = strings.ToUpper(code)
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || region.ISO3() != code {
		return ""
	}
	return region.String()
}
