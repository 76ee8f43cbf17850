package openapi_test

const (
	needsLifecycle   = "changing, pausing, measuring and replaying a subscription comes with a later release"
	needsSchemaStore = "versioned event schemas come with a later release; the webhooks section holds the present ones"
	needsEventSource = "this release has no source of these events"
)

// notServed is every route of the contract that this release does not serve, and why. A release that serves one takes
// it off the list.
var notServed = map[string]string{
	"PATCH /v2/notifications/webhooks/{webhook_id}":                 needsLifecycle,
	"POST /v2/notifications/webhooks/{webhook_id}/activate":         needsLifecycle,
	"POST /v2/notifications/webhooks/{webhook_id}/pause":            needsLifecycle,
	"GET /v2/notifications/webhooks/{webhook_id}/metrics":           needsLifecycle,
	"POST /v2/notifications/webhooks/{webhook_id}/replay":           needsLifecycle,
	"GET /v2/notifications/schemas/{event_name}":                    needsSchemaStore,
	"GET /v2/notifications/schemas/{event_name}/versions/{version}": needsSchemaStore,

	"webhook webhook.created": needsEventSource,
	"webhook webhook.updated": needsEventSource,
	"webhook webhook.deleted": needsEventSource,
	"webhook webhook.staled":  needsEventSource,
}

// ownRoutes are not in the contract's documents. Those below /v2/orgs follow its public reference or its published
// client, the making of share agreements and fleets aside.
var ownRoutes = []string{
	"GET /healthz", "GET /openapi.yaml", "GET /openapi.json",

	"GET /.well-known/oauth-authorization-server/realms/{realm}",
	"GET /realms/{realm}/.well-known/oauth-authorization-server",
	"GET /realms/{realm}/.well-known/openid-configuration",
	"GET /realms/{realm}/protocol/openid-connect/certs",

	"webhook connection.activated", "webhook connection.updated",

	"webhook vehicle.added", "webhook vehicle.modified", "webhook vehicle.removed",
	"webhook trailer.added", "webhook trailer.modified", "webhook trailer.removed",
	"webhook user.added", "webhook user.modified", "webhook user.removed",
	"webhook message.added", "webhook message.modified", "webhook group_message.added", "webhook group_message.modified",
	"webhook dvir_log.added", "webhook dvir_log.modified", "webhook dvir_log.removed",
	"webhook fuel_transaction.added", "webhook fuel_transaction.modified",

	"POST /v2/integrations/connections/{connection_id}/import",
	"GET /v2/integrations/connections/{connection_id}/schedules",
	"GET /v2/integrations/connections/{connection_id}/schedules/{schedule_id}",
	"GET /v2/integrations/connections/{connection_id}/schedules/{schedule_id}/executions",
	"GET /v2/integrations/connections/{connection_id}/capabilities",
	"GET /v2/integrations/tsps/{tsp_id}/capabilities",

	"GET /v2/orgs/tsps", "GET /v2/orgs/tsps/{tsp_id}",
	"GET /v2/orgs/fleets", "POST /v2/orgs/fleets", "GET /v2/orgs/fleets/{fleet_id}",
	"PATCH /v2/orgs/fleets/{fleet_id}", "DELETE /v2/orgs/fleets/{fleet_id}",
	"GET /v2/orgs/partners", "GET /v2/orgs/partners/{partner_id}",
	"GET /v2/orgs/share-agreements", "POST /v2/orgs/share-agreements",
	"GET /v2/orgs/share-agreements/{share_agreement_id}",
	"PATCH /v2/orgs/share-agreements/{share_agreement_id}",
	"DELETE /v2/orgs/share-agreements/{share_agreement_id}",
	"POST /v2/orgs/share-agreements/{share_agreement_id}/pause",
	"POST /v2/orgs/share-agreements/{share_agreement_id}/activate",
	"POST /v2/orgs/share-agreements/{share_agreement_id}/cancel",
}

// ownSchemas have a name that the contract's documents do not know.
var ownSchemas = []string{
	"Warning", "TooManyRequestsOptionalDetail", "ServiceUnavailable", "Healthy", "Unhealthy",
	"VehicleEvent", "TrailerEvent", "UserEvent", "MessageEvent", "GroupMessageEvent", "DvirLogEvent", "FuelTransactionEvent",
	"ScheduleRead", "CursorPageScheduleRead", "ExecutionRead", "CursorPageExecutionRead",
	"ConnectionActivated", "ConnectionUpdated", "AuthorizationServer", "KeySet", "PublicKey",

	"CapabilityDocument", "CapabilityImport", "CapabilitySetting", "CapabilityCredentials", "CapabilityCredentialField", "CapabilityWrite",
	"CapabilityLimit", "CapabilityField",

	"FleetRead", "CursorPageFleetRead", "FleetCreate", "FleetUpdate", "PartnerRead", "CursorPagePartnerRead",
	"ShareAgreementRead", "CursorPageShareAgreementRead", "ShareAgreementCreate",
	"ShareAgreementUpdate", "ShareAgreementStatusEnum", "TspRead", "ConnectionTypeEnum",
}

const (
	tokenRoute  = "POST /realms/{realm}/protocol/openid-connect/token"
	revokeRoute = "POST /realms/{realm}/protocol/openid-connect/revoke"
	formScope   = tokenRoute + ".requestBody.content[application/x-www-form-urlencoded].schema"
)

const (
	hooks       = " /v2/notifications/webhooks"
	ownEvent    = "enum[connection.activated]"
	ownChange   = "enum[connection.updated]"
	bounded     = "a body of references is bounded, and far above what anybody has"
	once        = "a value that is there twice is a mistake, which TSPs would take in different ways"
	askedByName = "nobody meets the name who did not subscribe to it"
)

// deviations are the places where ours is not as the contract says, and why that breaks no caller.
var deviations = map[string]string{
	tokenRoute + ".parameters[path realm]":  "the realm is part of the contract's server URL",
	revokeRoute + ".parameters[path realm]": "the realm is part of the contract's server URL",
	tokenRoute + ".responses[400]":          "a malformed form has an answer of its own, as OAuth 2 demands",
	revokeRoute + ".responses[400]":         "a malformed form has an answer of its own, as OAuth 2 demands",
	tokenRoute + ".responses[404]":          "a realm that does not exist",
	revokeRoute + ".responses[404]":         "a realm that does not exist",
	formScope + ".required[scope]":          "the quickstart of the contract sends no scope either",
	formScope + ".properties[scope].enum":   "a client may also ask for some of its scopes by name",

	"POST /v2/telematics/group-messages" + inJSON("requestBody") + ".properties[recipient_ids].maxItems":    bounded,
	"POST /v2/telematics/group-messages" + inJSON("requestBody") + ".properties[recipient_ids].uniqueItems": once,
	"POST /v2/telematics/dvir-logs" + inJSON("requestBody") + ".properties[defects].anyOf[0].uniqueItems":   once,

	"POST" + hooks + inJSON("requestBody") + ".properties[secret].anyOf[1].minLength": "an empty key signs nothing",
	"POST" + hooks + inJSON("requestBody") + ".properties[secret].anyOf[1].maxLength": bounded,
	inFilters("fleet_ids") + ".maxItems":                                              bounded,
	inFilters("fleet_ids") + ".uniqueItems":                                           once,
	inFilters("fleet_refs") + ".maxItems":                                             bounded,
	inFilters("fleet_refs") + ".uniqueItems":                                          once,
	inFilters("fleet_refs") + ".items.minLength":                                      "no fleet is called nothing",
	inFilters("fleet_refs") + ".items.maxLength":                                      bounded,

	"GET" + hooks + ".parameters[query event_name].schema.anyOf[1]." + ownEvent:                                                      askedByName,
	"GET" + hooks + ".parameters[query event_name].schema.anyOf[1]." + ownChange:                                                     askedByName,
	"POST" + hooks + inJSON("requestBody") + ".properties[event_name].anyOf[0]." + ownEvent:                                          askedByName,
	"POST" + hooks + inJSON("requestBody") + ".properties[event_name].anyOf[0]." + ownChange:                                         askedByName,
	"GET" + hooks + inJSON("responses[200]") + ".properties[items].items.properties[event_name]." + ownEvent:                         askedByName,
	"GET" + hooks + inJSON("responses[200]") + ".properties[items].items.properties[event_name]." + ownChange:                        askedByName,
	"POST" + hooks + inJSON("responses[200]") + ".anyOf[0].items.properties[event_name]." + ownEvent:                                 askedByName,
	"POST" + hooks + inJSON("responses[200]") + ".anyOf[0].items.properties[event_name]." + ownChange:                                askedByName,
	"POST" + hooks + inJSON("responses[200]") + ".anyOf[1].properties[event_name]." + ownEvent:                                       askedByName,
	"POST" + hooks + inJSON("responses[200]") + ".anyOf[1].properties[event_name]." + ownChange:                                      askedByName,
	"GET" + hooks + "/{webhook_id}" + inJSON("responses[200]") + ".properties[event_name]." + ownEvent:                               askedByName,
	"GET" + hooks + "/{webhook_id}" + inJSON("responses[200]") + ".properties[event_name]." + ownChange:                              askedByName,
	"GET" + hooks + "/{webhook_id}/logs" + inJSON("responses[200]") + ".properties[items].items.properties[event_name]." + ownEvent:  askedByName,
	"GET" + hooks + "/{webhook_id}/logs" + inJSON("responses[200]") + ".properties[items].items.properties[event_name]." + ownChange: askedByName,
}

// inJSON is the place of the schema of a JSON body.
func inJSON(of string) string { return "." + of + ".content[application/json].schema" }

// inFilters is the place of a list of the filters that a subscription asks for.
func inFilters(list string) string {
	return "POST" + hooks + inJSON("requestBody") + ".properties[filters].anyOf[1].properties[" + list + "].anyOf[0]"
}
