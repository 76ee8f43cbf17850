package openapi_test

const (
	needsRecords     = "reads of records come with a later release"
	needsConnections = "connections are set up by the operator in this release"
	needsTspList     = "what each TSP supports comes with the capability documents"
	needsLifecycle   = "changing, pausing, measuring and replaying a subscription comes with a later release"
	needsSchemaStore = "versioned event schemas come with a later release; the webhooks section holds the present ones"
	needsEventSource = "this release has no source of these events"
	needsAgreements  = "share agreements are the grants of this release and send no events"
)

// notServed is every route of the contract that this release does not serve, and why. A release that serves one takes
// it off the list.
var notServed = map[string]string{
	"GET /v2/telematics/vehicles":          needsRecords,
	"GET /v2/telematics/vehicles/{id}":     needsRecords,
	"GET /v2/telematics/trailers":          needsRecords,
	"GET /v2/telematics/trailers/{id}":     needsRecords,
	"GET /v2/telematics/users":             needsRecords,
	"GET /v2/telematics/users/{id}":        needsRecords,
	"GET /v2/telematics/messages":          needsRecords,
	"GET /v2/telematics/group-messages":    needsRecords,
	"GET /v2/telematics/dvir-logs":         needsRecords,
	"GET /v2/telematics/fuel-transactions": needsRecords,

	"GET /v2/integrations/connections":                    needsConnections,
	"POST /v2/integrations/connections":                   needsConnections,
	"GET /v2/integrations/connections/data-freshness":     needsConnections,
	"GET /v2/integrations/connections/{connection_id}":    needsConnections,
	"PATCH /v2/integrations/connections/{connection_id}":  needsConnections,
	"DELETE /v2/integrations/connections/{connection_id}": needsConnections,
	"POST /v2/integrations/connection-pre-auths":          needsConnections,
	"GET /v2/integrations/tsps":                           needsTspList,
	"GET /v2/integrations/tsps/{tsp_id}":                  needsTspList,

	"PATCH /v2/notifications/webhooks/{webhook_id}":                 needsLifecycle,
	"POST /v2/notifications/webhooks/{webhook_id}/activate":         needsLifecycle,
	"POST /v2/notifications/webhooks/{webhook_id}/pause":            needsLifecycle,
	"GET /v2/notifications/webhooks/{webhook_id}/metrics":           needsLifecycle,
	"POST /v2/notifications/webhooks/{webhook_id}/replay":           needsLifecycle,
	"GET /v2/notifications/schemas/{event_name}":                    needsSchemaStore,
	"GET /v2/notifications/schemas/{event_name}/versions/{version}": needsSchemaStore,

	"webhook webhook.created":         needsEventSource,
	"webhook webhook.updated":         needsEventSource,
	"webhook webhook.deleted":         needsEventSource,
	"webhook webhook.staled":          needsEventSource,
	"webhook connection.created":      needsEventSource,
	"webhook connection.staled":       needsEventSource,
	"webhook share_agreement.created": needsAgreements,
	"webhook share_agreement.updated": needsAgreements,
	"webhook share_agreement.deleted": needsAgreements,
}

// ownRoutes are not in the contract.
var ownRoutes = []string{"GET /healthz", "GET /openapi.yaml", "GET /openapi.json"}

// ownSchemas have a name that the contract does not know.
var ownSchemas = []string{"Warning", "TooManyRequestsOptionalDetail", "ServiceUnavailable", "Healthy", "Unhealthy"}

const (
	tokenRoute  = "POST /realms/{realm}/protocol/openid-connect/token"
	revokeRoute = "POST /realms/{realm}/protocol/openid-connect/revoke"
	formScope   = tokenRoute + ".requestBody.content[application/x-www-form-urlencoded].schema"
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
}
