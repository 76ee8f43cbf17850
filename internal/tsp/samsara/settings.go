package samsara

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The keys of the settings.
const (
	settingRegion      = "region"
	settingTags        = "default_tag_ids"
	settingTagScoped   = "tag_scoped_token"
	settingAssetRoute  = "asset_route"
	settingExternalKey = "external_id_key"
	settingEmployeeKey = "employee_id_key"
	settingPassword    = "initial_driver_password"
	settingRoles       = "dashboard_role_ids"
	settingRulesets    = "hos_rulesets"
	settingExemption   = "eld_exempt_reason"
	settingAuthor      = "dvir_author_id"
	settingUnknownDVIR = "dvir_unknown_is_mechanic"
	settingResendFuel  = "resend_unknown_fuel"
	settingPairELD     = "pair_eld"
)

// beta is the value of asset_route; on is that of a boolean setting that is true.
const (
	beta = "beta"
	on   = "true"
)

func settings() []tsp.Setting {
	return append([]tsp.Setting{
		{Key: settingRegion, Label: "Samsara's cloud that holds the organization", Type: tsp.TextSetting, Values: []string{"us", "eu", "ca"}, Default: "us"},
		{Key: settingTags, Label: "Tags of new vehicles, trailers and drivers (ids); needed by tokens that are restricted to tags", Type: tsp.ListSetting},
		{Key: settingTagScoped, Label: "The token is restricted to tags: updates read the record and send its own tags along", Type: tsp.BooleanSetting, Default: false},
		{Key: settingAssetRoute, Label: "Samsara has enabled its asset API for the organization: vehicles can be created, and make, model and year written",
			Type: tsp.TextSetting, Values: []string{beta}},
		{Key: settingExternalKey, Label: "Key of external_id among a record's external ids", Type: tsp.TextSetting, Default: "waybill"},
		{Key: settingEmployeeKey, Label: "Key of employee_number among a driver's external ids", Type: tsp.TextSetting, Default: "employee"},
		{Key: settingPassword, Label: "First password of new drivers; each gets a random one that is shown nowhere if not set", Type: tsp.TextSetting, Secret: true},
		{Key: settingRoles, Label: "Roles of new users who are no drivers (ids); without them only drivers can be created", Type: tsp.ListSetting},
		{Key: settingRulesets, Label: "Write hos_ruleset_code by Waybill's table of Samsara's rulesets", Type: tsp.BooleanSetting, Default: false},
		{Key: settingExemption, Label: "Reason that is given with hos_compliance_type exempt", Type: tsp.TextSetting, Default: "Exempt from ELD"},
		{Key: settingAuthor, Label: "Dashboard user who signs inspections as the mechanic (id)", Type: tsp.TextSetting,
			Kind: resource.KindUser, Collection: users},
		{Key: settingUnknownDVIR, Label: "Write inspections of log_type unknown, or of none, as a mechanic's", Type: tsp.BooleanSetting, Default: false},
		{Key: settingResendFuel, Label: "Send a fuel purchase once more, with the same reference, if Samsara does not answer; it may then be there twice",
			Type: tsp.BooleanSetting, Default: false},
		{Key: settingPairELD, Label: "Let eld_serial_number pair hardware with vehicles", Type: tsp.BooleanSetting, Default: false},
	}, attributeSettings()...)
}

// regionURL returns where an organization's cloud answers; "" for the one of the spec.
func regionURL(s tsp.Settings) string {
	switch s.Text(settingRegion) {
	case "eu":
		return "https://api.eu.samsara.com"
	case "ca":
		return "https://api.ca.samsara.com"
	}
	return ""
}

func assetRoute(w tsp.Write) bool { return assetsEnabled(w.Settings) }

// assetsEnabled tells whether the organization has the asset API.
func assetsEnabled(s tsp.Settings) bool { return s.Text(settingAssetRoute) == beta }
