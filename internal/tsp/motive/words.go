package motive

import (
	"strconv"
	"strings"
)

// words translate values of ours into Motive's. Where several of ours share one of Motive's, known tells
// which of them it reads as; what is not told there reads as none of them.
type words struct {
	sent  map[string]string
	known map[string]string
}

// read is our value for one of Motive's; "" where there is none, or none alone.
func (w words) read(theirs string) string {
	if ours, ok := w.known[theirs]; ok {
		return ours
	}
	found := ""
	for ours, one := range w.sent {
		if one == theirs && found != "" {
			return ""
		}
		if one == theirs {
			found = ours
		}
	}
	return found
}

// dialCodes are the telephone codes of the countries where Motive's customers drive. The one of the
// United States is Canada's too.
func dialCodes() words {
	codes := map[string]int{"USA": 1, "CAN": 1, "MEX": 52, "GTM": 502, "BLZ": 501, "HND": 504, "SLV": 503, "NIC": 505,
		"CRI": 506, "PAN": 507, "GBR": 44, "IRL": 353, "FRA": 33, "DEU": 49, "ESP": 34, "PRT": 351, "ITA": 39,
		"NLD": 31, "BEL": 32, "POL": 48, "ROU": 40, "UKR": 380, "IND": 91, "PAK": 92, "PHL": 63, "BRA": 55,
		"COL": 57, "AUS": 61, "NZL": 64}
	out := words{sent: map[string]string{}}
	for country, code := range codes {
		out.sent[country] = "+" + strconv.Itoa(code)
	}
	return out
}

// timeZones are Motive's documented names (https://developer.gomotive.com/docs/time-zone).
func timeZones() words {
	const eastern, central = "Eastern Time (US & Canada)", "Central Time (US & Canada)"
	const mountain, pacific = "Mountain Time (US & Canada)", "Pacific Time (US & Canada)"
	return words{
		sent: map[string]string{
			"America/Halifax": "Atlantic Time (Canada)", "America/New_York": eastern, "America/Toronto": eastern,
			"America/Detroit": eastern, "America/Indiana/Indianapolis": "Indiana (East)", "America/Chicago": central,
			"America/Winnipeg": central, "America/Regina": "Saskatchewan", "America/Denver": mountain,
			"America/Edmonton": mountain, "America/Boise": mountain, "America/Phoenix": "Arizona",
			"America/Los_Angeles": pacific, "America/Vancouver": pacific, "America/Anchorage": "Alaska",
		},
		known: map[string]string{eastern: "America/New_York", central: "America/Chicago", mountain: "America/Denver",
			pacific: "America/Los_Angeles"},
	}
}

// fuelTypes are Motive's words for our engine types and fuels. It has none for the last three.
func fuelTypes() words {
	return words{
		sent: map[string]string{
			"GASOLINE": "gasoline", "DIESEL": "diesel", "ETHANOL": "ethanol", "METHANOL": "methanol", "PROPANE": "propane",
			"LPG": "propane", "CNG": "cng", "LNG": "lng", "HYDROGEN": "other", "ELECTRICITY": "other", "HYBRID": "other",
		},
		known: map[string]string{"propane": "PROPANE"},
	}
}

// country is the code of three letters for that of two with which Motive tells the country of a plate; any
// other text stays as it is.
func country(code string) string {
	three := map[string]string{"US": "USA", "CA": "CAN", "MX": "MEX"}[strings.ToUpper(code)]
	if three == "" {
		return code
	}
	return three
}
