package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// route is one line of the table. scope is the scope that the token must carry; "" for routes that
// need no token, and anyScope for those that take any.
type route struct {
	method, path, scope string
	do                  answerer
}

const anyScope = "any"

// operationPath is that of one operation.
const operationPath = "/v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}"

// answerer answers a request itself or returns the error to answer with, never both. Without a
// scope who is zero. It reads its parameters from q and ends the reading with q.err before it does
// anything else.
type answerer func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error

// bare is for routes that have no parameters: any is refused, and so is an Idempotency-Key, whose sender
// believes that the request may be repeated. With a GET that is so, and the key does no harm.
func bare(do func(http.ResponseWriter, *http.Request, access.Principal) error) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		if key := r.Header.Get(keyHeader); key != "" && r.Method != http.MethodGet && r.Method != http.MethodHead {
			q.wrong(keyHeader, key, "is not taken by this request; leave it out, only writes and the making of jobs take one", codeUnknown)
		}
		if err := q.err(); err != nil {
			return err
		}
		return do(w, r, who)
	}
}

// bodiless is bare for a POST without a body.
func bodiless(do func(http.ResponseWriter, *http.Request, access.Principal) error) answerer {
	return bare(func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		if err := noBody(w, r); err != nil {
			return err
		}
		return do(w, r, who)
	})
}

// storeless are the routes that answer whatever has become of the store.
func (s *Server) storeless() []route {
	return append(s.metadataRoutes(),
		// Supervisors may ask for health, whatever else comes from their address.
		route{"GET", "/healthz", "", bare(s.health)},
		route{"GET", "/readyz", "", bare(s.ready)},
		route{"GET", "/openapi.yaml", "", s.forStrangers(bare(s.documentYAML))},
		route{"GET", "/openapi.json", "", s.forStrangers(bare(s.documentJSON))})
}

// routes is everything else that the service answers. The OpenAPI document is written by hand beside
// it; a test holds the one against the other.
func (s *Server) routes() []route {
	table := []route{
		{"POST", "/realms/{realm}/protocol/openid-connect/token", "", s.token},
		{"POST", "/realms/{realm}/protocol/openid-connect/revoke", "", s.revoke},

		{"GET", "/v2/integrations/connections/resource-operations", "resource_operation:read", s.listOperations},
		{"GET", operationPath, "resource_operation:read", s.getOperation},
		{"POST", operationPath + "/cancel", "telematics:write", bodiless(s.cancelOperation)},
		{"POST", operationPath + "/try", "telematics:write", bodiless(s.tryOperation)},
		{"POST", operationPath + "/retry", "telematics:write", s.retryOperation},
		{"POST", operationPath + "/revert", "telematics:write", s.revertOperation},
		{"POST", operationPath + "/resolve", "telematics:write", bare(s.resolveOperation)},
		{"POST", batchPath, "telematics:write", s.takeBatch},
		{"GET", "/v2/integrations/connections/data-freshness", "connection:read", s.dataFreshness},
		{"POST", "/v2/integrations/connections/{connection_id}/import", "connection:update", bodiless(s.requestImport)},
	}
	table = append(table, s.jobRoutes()...)
	table = append(table, s.notificationRoutes()...)
	table = append(table, s.connectionRoutes()...)
	table = append(table, s.scheduleRoutes()...)
	table = append(table, s.defectRoutes()...)
	table = append(table, s.orgRoutes()...)
	for _, of := range resource.AllFacts() {
		table = append(table, s.telematicsRoutes(of)...)
	}
	return table
}

// notificationRoutes are those of subscriptions, of what came of them, and of what they are sent.
func (s *Server) notificationRoutes() []route {
	const one = "/v2/notifications/webhooks/{webhook_id}"
	return []route{
		{"GET", "/v2/notifications/events", "webhook:read", s.listEvents},
		{"GET", "/v2/notifications/webhooks", "webhook:read", s.listWebhooks},
		{"POST", "/v2/notifications/webhooks", "webhook:create", bare(s.createWebhook)},
		{"GET", one, "webhook:read", bare(s.getWebhook)},
		{"PATCH", one, "webhook:update", bare(s.updateWebhook)},
		{"DELETE", one, "webhook:delete", bare(s.moveWebhook(webhook.Delete))},
		{"POST", one + "/activate", "webhook:update", bodiless(s.moveWebhook(webhook.Activate))},
		{"POST", one + "/pause", "webhook:update", bodiless(s.pauseWebhook)},
		{"POST", one + "/test", "webhook:update", bodiless(s.testWebhook)},
		{"GET", one + "/logs", "webhook:read", s.listDeliveryLogs},
		{"GET", one + "/metrics", "webhook:read", bare(s.getMetrics)},
		{"GET", one + "/dead-letters", "webhook:read", s.listDeadLetters},
		// Its scope is the contract's.
		{"POST", one + "/replay", "webhook:create", bare(s.replay)},
		{"GET", "/v2/notifications/schemas/{event_name}", anyScope, bare(s.getEventSchema)},
		{"GET", "/v2/notifications/schemas/{event_name}/versions/{version}", anyScope, bare(s.getEventSchema)},
	}
}

// telematicsRoutes are those of a kind. Records can be read by id where the kind's facts name a
// parameter that filters by ids.
func (s *Server) telematicsRoutes(of resource.Facts) []route {
	path := "/v2/telematics/" + of.Plural
	table := []route{{"GET", path, "telematics:read", s.listRecords(of)}}
	if of.IDs != "" {
		table = append(table, route{"GET", path + "/{id}", "telematics:read", s.getRecord(of.Kind)})
	}
	for _, verb := range of.Verbs {
		one := route{"POST", path, "telematics:write", s.write(of.Kind, verb)}
		if verb == resource.Update {
			one.method, one.path = "PATCH", path+"/{id}"
		}
		table = append(table, one)
	}
	return table
}
