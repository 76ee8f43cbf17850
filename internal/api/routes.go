package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
)

// route is one line of the table. scope is the scope that the token must carry; "" for
// routes that need no token.
type route struct {
	method, path, scope string
	do                  func(w http.ResponseWriter, r *http.Request, who access.Principal) error
}

// routes is everything that the service answers.
func (s *Server) routes() []route {
	table := []route{
		{"GET", "/healthz", "", s.health},
		{"GET", "/openapi.yaml", "", s.documentYAML},
		{"GET", "/openapi.json", "", s.documentJSON},
		{"POST", "/realms/{realm}/protocol/openid-connect/token", "", s.token},
		{"POST", "/realms/{realm}/protocol/openid-connect/revoke", "", s.revoke},

		{"GET", "/v2/integrations/connections/resource-operations", "resource_operation:read", s.listOperations},
		{"GET", "/v2/integrations/connections/{connection_id}/resource-operations/{resource_operation_id}",
			"resource_operation:read", s.getOperation},

		{"GET", "/v2/notifications/webhooks", "webhook:read", s.listWebhooks},
		{"POST", "/v2/notifications/webhooks", "webhook:create", s.createWebhook},
		{"GET", "/v2/notifications/webhooks/{webhook_id}", "webhook:read", s.getWebhook},
		{"DELETE", "/v2/notifications/webhooks/{webhook_id}", "webhook:delete", s.deleteWebhook},
		{"GET", "/v2/notifications/webhooks/{webhook_id}/logs", "webhook:read", s.listDeliveryLogs},
	}
	table = append(table, s.connectionRoutes()...)
	table = append(table, s.orgRoutes()...)
	table = append(table, s.recordRoutes()...)
	for _, kind := range []struct {
		kind   resource.Kind
		path   string
		update bool
	}{
		{resource.KindVehicle, "/v2/telematics/vehicles", true},
		{resource.KindTrailer, "/v2/telematics/trailers", true},
		{resource.KindUser, "/v2/telematics/users", true},
		{resource.KindMessage, "/v2/telematics/messages", false},
		{resource.KindGroupMessage, "/v2/telematics/group-messages", false},
		{resource.KindDvirLog, "/v2/telematics/dvir-logs", false},
		{resource.KindFuelTransaction, "/v2/telematics/fuel-transactions", false},
	} {
		table = append(table, route{"POST", kind.path, "telematics:write", s.write(kind.kind, resource.Create)})
		if kind.update {
			table = append(table, route{"PATCH", kind.path + "/{id}", "telematics:write", s.write(kind.kind, resource.Update)})
		}
	}
	return table
}
