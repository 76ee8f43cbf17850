// Package geotab is the adapter for Geotab (MyGeotab API, JSON-RPC over one endpoint).
//
// Facts that have no other place: errors come with status 200 and are told by error.data.type;
// Set and Remove succeed without a result; vehicles and trailers are both Devices, told apart
// by a built-in group; values are metric; times are UTC with milliseconds; Set keeps what is
// missing or null and replaces lists. A session lives 14 days and signing in is limited to 10
// a minute, so a session is kept with the credentials and shared.
package geotab

import (
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The collections of Geotab's records. Vehicles and trailers share one.
const (
	devices  = "devices"
	users    = "users"
	messages = "messages"
	dvirs    = "dvir_logs"
	fuels    = "fuel_transactions"
	// groupMessages are those that went to several, one message to each. They have ids of messages, and a collection of
	// their own because each of those messages is a record too.
	groupMessages = "group_messages"
	driverChanges = "driver_changes"
)

// The keys of the settings.
const (
	settingGroups        = "default_group_ids"
	settingTimeZone      = "time_zone"
	settingDriverGroups  = "driver_group_ids"
	settingDriverRights  = "driver_security_group_id"
	settingUserRights    = "user_security_group_id"
	settingPassword      = "initial_password"
	settingWelcome       = "send_welcome_email"
	settingDefects       = "defect_list_id"
	settingTrailerDefect = "trailer_defect_list_id"
	settingDefectMap     = "defect_ids"
	settingPowertrain    = "powertrain_groups"
	settingPartialSet    = "partial_set"
)

// verified is when the documentation was last held against the adapter.
const verified = "2026-11-27"

func spec(writes map[tsp.Capability]write) tsp.Spec {
	s := tsp.Spec{
		Name:        "geotab",
		DisplayName: "Geotab",
		BaseURL:     "https://my.geotab.com",
		Docs: []tsp.Doc{
			{Title: "API reference", URL: "https://developers.geotab.com/myGeotab/apiReference/objects", Verified: verified},
			{Title: "Concepts", URL: "https://developers.geotab.com/myGeotab/guides/concepts", Verified: "2026-11-23"},
			{Title: "Rate limits", URL: rateLimits, Verified: verified},
			{Title: "Data feed", URL: "https://developers.geotab.com/myGeotab/guides/dataFeed", Verified: verified},
			{Title: "Import of users, a sample of Geotab's", Verified: verified,
				URL: "https://github.com/Geotab/sdk/blob/master/src/software/js-samples/importUsers.html"},
		},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("geotab")},
		Sight:       "a user sees what is in its groups",
		Settings:    settings(),
		Limits:      limits(),
		Parallel:    4,
		SettlesSource: "assumed: as long as a call is waited for; Geotab documents neither how long it works on a call " +
			"that was cut off, though its own JavaScript client waits for 180 s, nor how soon Get shows what was written",
		Actions: tsp.Actions{},
		Imports: []tsp.ImportKind{
			{Kind: resource.KindVehicle, Collections: []string{devices}},
			{Kind: resource.KindUser, Collections: []string{users}},
			{Kind: resource.KindTrailer, Collections: []string{devices}},
			{Kind: resource.KindMessage, Collections: []string{messages}},
			{Kind: resource.KindDvirLog, Collections: []string{dvirs}},
			{Kind: resource.KindFuelTransaction, Collections: []string{fuels}},
		},
		NotImported: map[resource.Kind]string{
			resource.KindGroupMessage: "a message at Geotab goes to one person: " +
				"each of those that a group message became is imported as a message",
			resource.KindDriverVehicleAssociation: "Geotab keeps from when on a vehicle has which driver, of all sources, and not until when",
		},
		SampleCredentials: tsp.Credentials{Kind: "geotab", Fields: map[string]string{
			"username": "demo-service@waybill.example", "password": "geotab-demo-password", "database": "demo"}},
		SampleSettings: tsp.Settings{settingDefects: "b278A", settingTrailerDefect: "b2800"},
	}
	for c, w := range writes {
		s.Actions[c] = w.Action
	}
	for _, kind := range resource.Kinds() {
		if _, read := lists()[kind]; read {
			s.Reads = append(s.Reads, kind)
		}
	}
	return s
}

func settings() []tsp.Setting {
	return append([]tsp.Setting{
		{Key: settingGroups, Label: "Groups of new vehicles, trailers and users (ids)", Type: tsp.ListSetting, Default: []string{"GroupCompanyId"}},
		{Key: settingTimeZone, Label: "Time zone of new vehicles and users (IANA name)", Type: tsp.TextSetting, Default: "UTC"},
		{Key: settingDriverGroups, Label: "Driver groups of new drivers (ids); the default groups if not set", Type: tsp.ListSetting},
		{Key: settingDriverRights, Label: "Security group of new drivers (id)", Type: tsp.TextSetting, Default: "GroupDriveUserSecurityId"},
		{Key: settingUserRights, Label: "Security group of new users who are no drivers (id); without it they cannot be made", Type: tsp.TextSetting},
		{Key: settingPassword, Label: "First password of new users; a random one that nobody knows if not set", Type: tsp.TextSetting, Secret: true},
		{Key: settingWelcome, Label: "Send new users Geotab's welcome e-mail", Type: tsp.BooleanSetting, Default: false},
		{Key: settingDefects, Label: "Defect list of vehicle inspections (id); without it no inspection of a vehicle can be written", Type: tsp.TextSetting},
		{Key: settingTrailerDefect, Label: "Defect list of trailer inspections (id); that of vehicles if not set", Type: tsp.TextSetting},
		{Key: settingDefectMap, Label: "Defects of the list for ours, as brakes=b27AB; others are found by name", Type: tsp.ListSetting},
		{Key: settingPowertrain, Label: "Put vehicles into Geotab's powertrain group of their engine type", Type: tsp.BooleanSetting, Default: false},
		{Key: settingPartialSet, Type: tsp.BooleanSetting, Default: false,
			Label: "Send only changed fields on updates instead of reading the record first; " +
				"where groups, custom properties or the fuel capacity change it is read all the same"},
	}, propertySettings()...)
}

const rateLimits = "https://developers.geotab.com/myGeotab/guides/rateLimits"

// limits are those of a user in a database, told per method and entity. Geotab counts windows of
// a minute, so a tenth at once and 85 in a hundred after it stay below what one admits.
func limits() []tsp.Limit {
	const documented = rateLimits
	const assumed = "assumed: Geotab states none for it, and no default; 60 a minute is the least that it states for an entity"
	perMinute := func(key string, events int, source string) tsp.Limit {
		return tsp.Limit{Key: key, Scope: tsp.PerAccount, Events: events * 85 / 100, Period: time.Minute, Burst: max(events/10, 1), Source: source}
	}
	return []tsp.Limit{
		perMinute("Authenticate", 10, documented),
		perMinute("Get Device", 650, documented),
		perMinute("Add Device", 250, documented),
		perMinute("Set Device", 250, documented),
		perMinute("Get User", 60, assumed),
		perMinute("Add User", 250, "https://github.com/Geotab/sdk (importUsers sample)"),
		perMinute("Set User", 60, assumed),
		perMinute("Get UserHosRuleSet", 60, assumed),
		perMinute("Add UserHosRuleSet", 60, assumed),
		perMinute("Get TextMessage", 60, assumed),
		perMinute("Add TextMessage", 60, assumed),
		perMinute("GetFeed TextMessage", 60, assumed),
		perMinute("Get Group", 60, assumed),
		perMinute("Get Property", 60, assumed),
		perMinute("Get DVIRLog", 1000, documented),
		perMinute("Add DVIRLog", 350, documented),
		perMinute("GetFeed DVIRLog", 350, documented),
		perMinute("Get FuelTransaction", 250, documented),
		perMinute("GetFeed FuelTransaction", 250, documented),
		perMinute("Add FuelTransaction", 1000, documented),
		perMinute("Get DriverChange", 1000, documented),
		perMinute("Add DriverChange", 250, documented),
	}
}
