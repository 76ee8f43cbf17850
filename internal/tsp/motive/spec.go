// Package motive is the adapter for Motive (api.gomotive.com, formerly KeepTruckin).
//
// Facts that have no other place: ids are JSON integers, except those of messages; updates are
// PUT but merge; requests are flat while answers have an envelope; lists go by page numbers; no
// rate limit is documented. There is no way to create an inspection. Messages are listed user by user alone, so
// that a fleet of many waits longer for what its drivers have answered; see writers.
package motive

import (
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// The collections of Motive's records.
const (
	vehicles = "vehicles"
	assets   = "assets"
	users    = "users"
	messages = "messages"
	// groupMessages are the messages to several users.
	groupMessages = "group_messages"
	fuels         = "fuel_purchases"
	// inspections are reports of drivers' inspections.
	inspections = "inspection_reports"
	// permanentDrivers are those of vehicles; Motive has no records of them.
	permanentDrivers = "permanent_drivers"
)

// The keys of the settings.
const (
	settingGroups      = "default_group_ids"
	settingIntegration = "integration_name"
	settingAssetType   = "default_asset_type"
	settingLengthUnit  = "trailer_length_unit"
	settingPairELD     = "pair_eld"
	settingPassword    = "initial_password"
)

const (
	companiesPath = "/v1/companies"
	// verified is when the documentation was last held against the adapter.
	verified = "2026-11-27"
	docs     = "https://developer.gomotive.com"
)

// testMode tells of what a checkbox on Motive's page for developers does, at any time, and no answer shows
// (https://developer.gomotive.com/docs/authentication and /reference/authentication, read 2026-11-27).
const testMode = "API key, not in test mode: Motive answers the writes of a key in test mode as if it took them, keeps nothing of " +
	"them, and tells nobody that it is one, so that Waybill reports them as done"

func spec() tsp.Spec {
	return tsp.Spec{
		Name:        "motive",
		DisplayName: "Motive",
		BaseURL:     "https://api.gomotive.com",
		Docs: []tsp.Doc{
			{Title: "API reference", URL: docs + "/reference", Verified: verified},
			{Title: "Authentication", URL: docs + "/docs/authentication", Verified: verified},
			{Title: "On whose behalf calls are made", URL: docs + "/reference/api-user", Verified: verified},
			{Title: "Time zones", URL: docs + "/docs/time-zone", Verified: verified},
			{Title: "Users and their cycles", URL: cyclesPage, Verified: verified},
			{Title: "API keys restricted to groups", URL: scopingPage, Verified: verified},
			{Title: "Response codes", URL: "https://developer-docs.gomotive.com/reference/response-codes", Verified: verified},
			{Title: "OAuth 2.0", URL: "https://developer-docs.gomotive.com/docs/oauth-20", Verified: verified},
		},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("motive"), tsp.CredentialKindOf("api_key").Labelled("api_key", testMode)},
		Settings: []tsp.Setting{
			{Key: settingGroups, Label: "Groups of new vehicles, trailers and users (ids); needed by API keys that are restricted to groups", Type: tsp.ListSetting},
			{Key: settingIntegration, Label: "Integration name under which external ids stand at Motive", Type: tsp.TextSetting, Default: "waybill"},
			{Key: settingAssetType, Label: "Asset type of trailers whose type Motive has no word for", Type: tsp.TextSetting, Default: "dry_box"},
			{Key: settingLengthUnit, Label: "Unit of trailer_length", Type: tsp.TextSetting, Values: []string{"feet", "meters"}},
			{Key: settingPairELD, Label: "Let eld_serial_number pair hardware with vehicles", Type: tsp.BooleanSetting, Default: false},
			{Key: settingPassword, Label: "First password of new users; a random one for those without e-mail if not set", Type: tsp.TextSetting, Secret: true},
		},
		Parallel: 2,
		SettlesSource: "assumed: as long as a call is waited for; Motive documents neither how long it works on a call " +
			"that was cut off nor how soon its lists show what was written",
		Lacking: map[tsp.Capability]string{
			{Kind: resource.KindDvirLog, Verb: resource.Create}: "inspections are made in its driver app; its API only reads and corrects them",
		},
		Imports: []tsp.ImportKind{
			{Kind: resource.KindVehicle, Collections: []string{vehicles}},
			{Kind: resource.KindUser, Collections: []string{users}},
			{Kind: resource.KindTrailer, Collections: []string{assets}},
			{Kind: resource.KindMessage, Collections: []string{messages}},
			{Kind: resource.KindGroupMessage, Collections: []string{groupMessages}},
			{Kind: resource.KindDvirLog, Collections: []string{inspections}},
			{Kind: resource.KindFuelTransaction, Collections: []string{fuels}},
		},
		NotImported: map[resource.Kind]string{
			resource.KindDriverVehicleAssociation: "a vehicle shows its permanent driver and not since when",
		},
		SampleCredentials: tsp.Credentials{Kind: "api_key", Fields: map[string]string{"api_key": "motive-demo-key"}},
	}
}

// limits is one budget for everything, because Motive publishes none. Less at once than the
// simulator admits leaves room for calls that arrive early.
func limits() []rest.Limit {
	return []rest.Limit{{Limit: tsp.Limit{Key: "company", Scope: tsp.PerAccount, Events: 60, Period: time.Minute, Burst: 8,
		Source: "assumed: no limit is published; Retry-After is obeyed"}}}
}
