package sim

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var emailAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// userShape is the body of POST and PUT. password, phone_country_code, company_reference_id, dot_id, group_visibility
// and custom_user_role are what clients send, and pending is a status that one lists.
func userShape() simkit.Shape {
	free, flag := simkit.Nullable(simkit.String(0, 0)), simkit.Rule(simkit.Bool)
	cycle := simkit.Nullable(simkit.Enum(cycleNames()...))
	s := simkit.Shape{
		"role": simkit.Enum(roleDriver, "fleet_user", "admin"), "first_name": simkit.String(1, 0),
		"last_name": simkit.String(1, 0), "username": simkit.Nullable(simkit.String(1, 0)), "password": simkit.String(1, 0),
		"email":  simkit.Nullable(simkit.Matching("an email address", emailAddress.MatchString)),
		"status": simkit.Enum("active", "pending", "deactivated"), "metric_units": flag, "group_ids": simkit.List(simkit.Integer),
		"group_visibility": simkit.String(0, 0), "custom_user_role": simkit.Map(simkit.Any),
		"time_zone":        simkit.Nullable(simkit.Matching("one of "+strings.Join(zoneNames(), ", "), isZone)),
		"violation_alerts": simkit.Enum("never", "1_hour", "45_minutes", "30_minutes", "15_minutes"),
		"cycle":            cycle, "cycle2": cycle, "duty_status": simkit.String(1, 0),
		"eld_mode":           simkit.Enum("logs", "none", "exempt"),
		"time_tracking_mode": simkit.Enum("logs", "timecards", "not_required"),
		attributesMember:     externalIDAttributes(),
	}
	for _, name := range driverTexts() {
		s[name] = free
	}
	for _, name := range []string{"phone", "phone_country_code", "phone_ext", "company_reference_id"} {
		s[name] = free
	}
	for _, name := range driverFlags() {
		s[name] = flag
	}
	return s
}

// driverTexts, driverFlags and driverEnums are the members that only drivers have; answers for other roles lack them
// (observed; which ones exactly is not documented).
func driverTexts() []string {
	return []string{
		"carrier_name", "carrier_street", "carrier_city", "carrier_state", "carrier_zip", "terminal_street",
		"terminal_city", "terminal_state", "terminal_zip", "driver_company_id", "dot_id", "drivers_license_number",
		"drivers_license_state",
	}
}

func driverFlags() []string {
	return []string{
		"minute_logs", "export_combined", "export_recap", "export_odometers", "yard_moves_enabled",
		"personal_conveyance_enabled", "manual_driving_enabled", "exception_24_hour_restart", "exception_8_hour_break",
		"exception_wait_time", "exception_short_haul", "exception_ca_farm_school_bus", "exception_adverse_driving",
	}
}

func driverEnums() []string {
	return []string{"violation_alerts", "cycle", "cycle2", "duty_status", "eld_mode", "time_tracking_mode"}
}

func zoneNames() []string { return slices.Sorted(maps.Keys(timeZones())) }

func isZone(name string) bool { return slices.Contains(zoneNames(), name) }

// checkModes applies the documented pairs of time_tracking_mode and eld_mode to what a driver would have afterwards.
func checkModes(o simkit.Object) error {
	allowed := map[string][]string{
		"logs": {"none", "logs"}, "timecards": {"exempt"}, "not_required": {"exempt"},
	}[simkit.Text(o, "time_tracking_mode")]
	if slices.Contains(allowed, simkit.Text(o, "eld_mode")) {
		return nil
	}
	return simkit.Invalid("time_tracking_mode %q does not go with eld_mode %q: it needs %s",
		simkit.Text(o, "time_tracking_mode"), simkit.Text(o, "eld_mode"), strings.Join(allowed, " or "))
}

// checkLogin demands what the dashboard does of a new user: an email address, or a username with a password. The rule
// of the API is not documented.
func checkLogin(body simkit.Object) error {
	if simkit.Text(body, "email") != "" {
		return nil
	}
	if simkit.Text(body, "username") == "" {
		return simkit.Invalid("email or username is required")
	}
	if simkit.Text(body, "password") == "" {
		return simkit.Invalid("password is required for a user without email")
	}
	return nil
}

// loginKeys are the store's unique keys of a user: an email address belongs to one user of all of Motive, and nobody
// could sign in with a username that two have.
func loginKeys(o simkit.Object) []string {
	var keys []string
	for _, name := range []string{"email", "username"} {
		if value := simkit.Text(o, name); value != "" {
			keys = append(keys, name+" "+strings.ToLower(value))
		}
	}
	return keys
}
