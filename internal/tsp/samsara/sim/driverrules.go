package sim

import (
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // time zones must be known on machines without a zone database

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var emailAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// driverShape is the body of POST /fleet/drivers. email and dateOfBirth are in Samsara's SDK 14.7.0 (2026-08-21) only.
func driverShape() simkit.Shape {
	free, flag := simkit.String(0, 0), simkit.Rule(simkit.Bool)
	return simkit.Shape{
		"name": simkit.String(1, 255), "username": username, "password": simkit.String(1, 0),
		"phone": simkit.String(0, 255), "licenseNumber": free, "licenseState": licenseState,
		"notes": simkit.String(0, 4096), "timezone": simkit.Matching("an IANA time zone", isTimeZone),
		"locale": simkit.Enum("us", "at", "be", "ca", "gb", "fr", "de", "ie", "it", "lu", "mx", "nl", "es", "ch", "pr"),
		"email":  simkit.Matching("an email address", isEmail), "dateOfBirth": free,
		"externalIds": externalIDs, "tagIds": tagIDs(), "attributes": attributeShape(),
		"eldExempt": flag, "eldExemptReason": free, "eldPcEnabled": flag, "eldYmEnabled": flag,
		"eldAdverseWeatherExemptionEnabled": flag, "eldBigDayExemptionEnabled": flag, "eldDayStartHour": dayStartHour,
		"waitingTimeDutyStatusEnabled": flag, "hasDrivingFeaturesHidden": flag, "hasVehicleUnpinningEnabled": flag,
		"hosSetting":              simkit.Nested(simkit.Shape{"heavyHaulExemptionToggleEnabled": flag}),
		"usDriverRulesetOverride": simkit.Nullable(rulesetOverride()), "carrierSettings": carrierSettings(),
		"staticAssignedVehicleId": free, "vehicleGroupTagId": free, "trailerGroupTagId": free, "peerGroupTagId": free,
		"tachographCardNumber": free, "currentIdCardCode": free,
		"profileImageUrl": simkit.String(0, 1024), "profileImageBase64": free,
	}
}

// driverPatchShape is the body of PATCH /fleet/drivers/{id}.
func driverPatchShape() simkit.Shape {
	return driverShape().With(simkit.Shape{
		"driverActivationStatus": simkit.Enum(statusActive, statusDeactivated),
		"deactivatedAtTime":      rfc3339,
	})
}

func username(v any) string {
	if wrong := simkit.String(1, 189)(v); wrong != "" {
		return wrong
	}
	if name, _ := v.(string); strings.ContainsAny(name, " @") {
		return "may not contain spaces or the '@' symbol"
	}
	return ""
}

func dayStartHour(v any) string {
	if v != int64(0) && v != int64(12) {
		return "must be 0 or 12"
	}
	return ""
}

func rfc3339(v any) string {
	return simkit.Matching("a time in RFC 3339 format", func(s string) bool {
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	})(v)
}

func isTimeZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

func isEmail(s string) bool {
	return s == "" || emailAddress.MatchString(s)
}

// licenseState is the "abbreviation of US state, Canadian province, or US territory".
func licenseState(v any) string {
	const known = " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND" +
		" OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AB BC MB NB NL NS NT NU ON PE QC SK YT "
	return simkit.Matching("a US state or territory or a Canadian province in two letters", func(s string) bool {
		return s == "" || len(s) == 2 && strings.Contains(known, " "+s+" ")
	})(v)
}

func carrierSettings() simkit.Rule {
	address := simkit.String(0, 255)
	return simkit.Nested(simkit.Shape{
		"carrierName": address, "dotNumber": count, "homeTerminalAddress": address, "homeTerminalName": address,
		"mainOfficeAddress": address,
	})
}

func rulesetOverride() simkit.Rule {
	cycles := []string{
		"USA Property (8/70)", "USA Property (7/60)", "USA Passenger (8/70)", "USA Passenger (7/60)",
		"Alaska Property (8/80)", "Alaska Property (7/70)", "Alaska Passenger (8/80)", "Alaska Passenger (7/70)",
		"California School/FLV (8/80)", "California Farm (8/112)", "California Property (8/80)",
		"California Flammable Liquid (8/80)", "California Passenger (8/80)", "California Motion Picture (8/80)",
		"Florida (8/80)", "Florida (7/70)", "Nebraska (8/80)", "Nebraska (7/70)", "North Carolina (8/80)",
		"North Carolina (7/70)", "Oklahoma (8/70)", "Oklahoma (7/60)", "Oregon (8/80)", "Oregon (7/70)",
		"South Carolina (8/80)", "South Carolina (7/70)", "Texas (7/70)", "Wisconsin (8/80)", "Wisconsin (7/70)",
	}
	return simkit.Nested(simkit.Shape{
		"cycle":             simkit.Enum(cycles...),
		"restart":           simkit.Enum("34-hour Restart", "24-hour Restart", "36-hour Restart", "72-hour Restart", "None"),
		"restbreak":         simkit.Enum("Property (off-duty/sleeper)", "California Mealbreak (off-duty/sleeper)", "None"),
		"usStateToOverride": simkit.Enum("", "AK", "CA", "FL", "NE", "NC", "OK", "OR", "SC", "TX", "WI"),
	}, "cycle", "restart", "restbreak", "usStateToOverride")
}

// checkDeactivation applies the rules of deactivatedAtTime and fills it in when it is left out. That it cannot lie in
// the future is not documented; the last active HOS log is not known here.
func checkDeactivation(tx *simkit.Tx, i *simkit.Item, change simkit.Object) error {
	status, changes := change["driverActivationStatus"].(string)
	if !changes {
		status = simkit.Text(i.Object, "driverActivationStatus")
	}
	given, hasTime := change["deactivatedAtTime"].(string)
	if !hasTime {
		if changes && status == statusActive {
			change["deactivatedAtTime"] = ""
		} else if changes && simkit.Text(i.Object, "driverActivationStatus") == statusActive {
			change["deactivatedAtTime"] = timestamp(tx.Now())
		}
		return nil
	}
	if status == statusActive {
		return simkit.Invalid("deactivatedAtTime cannot be given for an active driver")
	}
	at, _ := time.Parse(time.RFC3339, given)
	if at.Before(tx.Now().AddDate(0, -6, 0)) || at.After(tx.Now()) {
		return simkit.Invalid("deactivatedAtTime must lie within the last 6 months")
	}
	return nil
}

// checkDriverReferences refuses ids of objects that there are not.
func checkDriverReferences(tx *simkit.Tx, o simkit.Object) error {
	if err := checkTagsExist(tx, o); err != nil {
		return err
	}
	for _, member := range tagReferences() {
		if id := simkit.Text(o, member); id != "" {
			if _, ok := tx.Get(tags, id); !ok {
				return simkit.Invalid("there is no tag %q", id)
			}
		}
	}
	if id := simkit.Text(o, "staticAssignedVehicleId"); id != "" {
		if _, err := lookUpAsset(tx, classVehicle, id); err != nil {
			return simkit.Invalid("there is no vehicle %q", id)
		}
	}
	return nil
}

// driverKeys are what only one driver may have: username, licence, external ids.
func driverKeys(o simkit.Object) []string {
	keys := append(externalKeys(o), "username "+strings.ToLower(simkit.Text(o, "username")))
	if number := simkit.Text(o, "licenseNumber"); number != "" {
		keys = append(keys, "license "+simkit.Text(o, "licenseState")+" "+number)
	}
	return keys
}
