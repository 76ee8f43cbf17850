package openapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ownRoutes are not in the contract's documents. Those below /v2/orgs follow its public reference or its published
// client, the making of share agreements and fleets aside.
var ownRoutes = []string{
	"GET /healthz", "GET /readyz", "GET /openapi.yaml", "GET /openapi.json",

	"GET /v2/notifications/events",

	"GET /.well-known/oauth-authorization-server/realms/{realm}",
	"GET /realms/{realm}/.well-known/oauth-authorization-server",
	"GET /realms/{realm}/.well-known/openid-configuration",
	"GET /realms/{realm}/protocol/openid-connect/certs",

	"webhook connection.activated", "webhook connection.updated", "webhook webhook.activated", "webhook webhook.paused",
	"webhook webhook.test",
	"webhook vehicle.added", "webhook vehicle.modified", "webhook vehicle.removed",
	"webhook trailer.added", "webhook trailer.modified", "webhook trailer.removed",
	"webhook user.added", "webhook user.modified", "webhook user.removed",
	"webhook dvir_log.added", "webhook dvir_log.modified", "webhook dvir_log.removed",
	"webhook message.added", "webhook message.modified", "webhook group_message.added", "webhook group_message.modified",
	"webhook fuel_transaction.added", "webhook fuel_transaction.modified",
	"webhook driver_vehicle_association.added", "webhook driver_vehicle_association.modified",

	"GET /v2/notifications/webhooks/{webhook_id}/dead-letters",

	"webhook vehicle.added", "webhook vehicle.modified", "webhook vehicle.removed",
	"webhook trailer.added", "webhook trailer.modified", "webhook trailer.removed",
	"webhook user.added", "webhook user.modified", "webhook user.removed",
	"webhook message.added", "webhook message.modified", "webhook group_message.added", "webhook group_message.modified",
	"webhook dvir_log.added", "webhook dvir_log.modified", "webhook dvir_log.removed",
	"webhook fuel_transaction.added", "webhook fuel_transaction.modified",

	"GET /v2/telematics/driver-vehicle-associations", "POST /v2/telematics/driver-vehicle-associations",
	"GET /v2/telematics/dvir-logs/defects", "GET /v2/telematics/dvir-logs/{id}/defects",
	"POST /v2/integrations/connections/{connection_id}/import",
	"POST /v2/integrations/connections/{connection_id}/test", "POST /v2/notifications/webhooks/{webhook_id}/test",
	"POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/cancel",
	"POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/try",
	"POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/retry",
	"POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/revert",
	"POST /v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}/resolve",
	"POST /v2/telematics/batch",
	"GET /v2/integrations/jobs", "POST /v2/integrations/jobs", "GET /v2/integrations/jobs/{job_id}",
	"POST /v2/integrations/jobs/{job_id}/stop",
	"GET /v2/notifications/jobs", "POST /v2/notifications/jobs", "GET /v2/notifications/jobs/{job_id}",
	"POST /v2/notifications/jobs/{job_id}/stop",
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
	"EventFeed", "FeedEvent",
	"Resolution", "Exchange", "ExchangeRequest", "ExchangeResponse", "ExchangeBody", "Progress", "ProgressCodeEnum",
	"Warning", "TooManyRequestsOptionalDetail", "ServiceUnavailable", "UnsupportedMediaType", "Healthy", "Unhealthy",
	"VehicleEvent", "TrailerEvent", "UserEvent", "MessageEvent", "GroupMessageEvent", "DvirLogEvent",
	"FuelTransactionEvent",
	"DriverVehicleAssociationCreate", "DriverVehicleAssociationRead", "_CursorPage_DriverVehicleAssociationRead_",
	"DriverVehicleAssociationEvent",
	"DvirLogDefectRead", "CursorPageDvirLogDefectRead", "ScheduleRead", "CursorPageScheduleRead", "ExecutionRead",
	"CursorPageExecutionRead",
	"ConnectionActivated", "ConnectionUpdated", "WebhookActivated", "WebhookPaused", "WebhookEncodingEnum",
	"WebhookReplay", "WebhookReplayed",
	"DeadLetterRead", "CursorPageDeadLetterRead", "AuthorizationServer", "KeySet", "PublicKey",

	"CapabilityDocument", "CapabilityImport", "CapabilitySetting", "CapabilityCredentials", "CapabilityCredentialField",
	"CapabilityWrite",
	"CapabilityLimit", "CapabilityField",

	"BatchLine", "BatchAnswer", "BatchEnd",
	"ConnectionTest", "WebhookTest", "WebhookTestEvent", "JobRead", "CursorPageJobRead", "JobRefusal", "JobPreview", "JobStatusEnum", "OperationJobCreate", "OperationFilter",
	"DeadLetterJobCreate", "DeadLetterFilter",

	"WritePreview", "PlannedRequest", "WriteFailure", "ResolvedReference", "LimitCharge", "PreviewBehind",
	// What a record that was written shows.
	"Verification", "VerifiedDifference",

	"ReadinessCheck", "Ready", "Unready",

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
	changes        = "PATCH /v2/notifications/webhooks/{webhook_id}"
	replay         = "POST /v2/notifications/webhooks/{webhook_id}/replay"
	ofSubscription = ".requestBody.content[application/json].schema.properties[data].items.properties[event_name]"
	anyJSON        = "the contract takes any JSON there"
	unnamed        = "no fleet is called nothing"
	hooks          = " /v2/notifications/webhooks"
	bounded        = "a body of references is bounded, and far above what anybody has"
	once           = "a value that is there twice is a mistake, which TSPs would take in different ways"
)

// deviations are the places where ours is not as the contract says, and why that breaks no caller.
var deviations = withEncodings(withOwnNames(map[string]string{
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
	changes + inJSON("requestBody") + ".properties[secret].anyOf[1].maxLength":        bounded,

	"POST" + inFilters("fleet_ids") + ".maxItems":         bounded,
	"POST" + inFilters("fleet_ids") + ".uniqueItems":      once,
	"POST" + inFilters("fleet_refs") + ".maxItems":        bounded,
	"POST" + inFilters("fleet_refs") + ".uniqueItems":     once,
	"POST" + inFilters("fleet_refs") + ".items.minLength": unnamed,
	"POST" + inFilters("fleet_refs") + ".items.maxLength": bounded,
	"PATCH" + inOne("fleet_ids") + ".maxItems":            bounded,
	"PATCH" + inOne("fleet_ids") + ".uniqueItems":         once,
	"PATCH" + inOne("fleet_refs") + ".maxItems":           bounded,
	"PATCH" + inOne("fleet_refs") + ".uniqueItems":        once,
	"PATCH" + inOne("fleet_refs") + ".items.minLength":    unnamed,
	"PATCH" + inOne("fleet_refs") + ".items.maxLength":    bounded,

	replay + ".requestBody":                           "an optional body selects what is replayed",
	replay + inJSON("responses[202]") + ".properties": anyJSON,
	replay + inJSON("responses[202]") + ".type":       anyJSON,
}))

// withOwnNames adds the names of events that are our own wherever the name of an event stands.
func withOwnNames(all map[string]string) map[string]string {
	read := inJSON("responses[200]") + ".properties[event_name]"
	for _, place := range []string{
		"GET" + hooks + ".parameters[query event_name].schema.anyOf[1]",
		"POST" + hooks + inJSON("requestBody") + ".properties[event_name].anyOf[0]",
		"GET" + hooks + inJSON("responses[200]") + ".properties[items].items.properties[event_name]",
		"POST" + hooks + inJSON("responses[200]") + ".anyOf[0].items.properties[event_name]",
		"POST" + hooks + inJSON("responses[200]") + ".anyOf[1].properties[event_name]",
		"GET" + hooks + "/{webhook_id}" + read, changes + read,
		"POST" + hooks + "/{webhook_id}/activate" + read, "POST" + hooks + "/{webhook_id}/pause" + read,
		"GET" + hooks + "/{webhook_id}/logs" + inJSON("responses[200]") + ".properties[items].items.properties[event_name]",
		"webhook webhook.created" + ofSubscription, "webhook webhook.updated" + ofSubscription,
		"webhook webhook.deleted" + ofSubscription, "webhook webhook.staled" + ofSubscription,
	} {
		for _, name := range []string{"connection.activated", "connection.updated"} {
			all[place+".enum["+name+"]"] = "nobody meets the name who did not subscribe to it"
		}
	}
	return all
}

// withEncodings adds that the body of a delivery may come as it is.
func withEncodings(all map[string]string) map[string]string {
	for _, name := range []string{
		"resource_operation.created", "resource_operation.succeeded", "resource_operation.failed",
		"webhook.created", "webhook.updated", "webhook.deleted", "webhook.staled", "connection.created", "connection.staled",
		"share_agreement.created", "share_agreement.updated", "share_agreement.deleted",
	} {
		all["webhook "+name+".parameters[header Content-Encoding].required"] = "its owner or the receiver wants it so"
	}
	return all
}

// inJSON is the place of the schema of a JSON body.
func inJSON(of string) string { return "." + of + ".content[application/json].schema" }

// inFilters is the place of a list of the filters that a body asks for, behind its method.
func inFilters(list string) string {
	return hooks + inJSON("requestBody") + ".properties[filters].anyOf[1].properties[" + list + "].anyOf[0]"
}

// inOne is inFilters for a subscription that is there.
func inOne(list string) string {
	return strings.Replace(inFilters(list), hooks, hooks+"/{webhook_id}", 1)
}

// notServed is every route of the contract that this release does not serve, and why: the lines of that section of the
// change log which name one. A release that serves one takes it off the list.
func notServed(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n### Not there yet\n")
	if !found {
		t.Fatal("the change log does not say what is not there yet")
	}
	section, _, _ = strings.Cut(section, "\n#")
	listed := map[string]string{}
	for _, line := range regexp.MustCompile("(?m)^- `([A-Z]+ /[^`]+|webhook [a-z_.]+)`: (.+)$").FindAllStringSubmatch(section, -1) {
		listed[line[1]] = line[2]
	}
	return listed
}
