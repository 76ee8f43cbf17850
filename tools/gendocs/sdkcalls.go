package main

// calls are those of the published Go client, from its README files and, where it was named by its
// path alone, from what its documents list (github.com/catenaclearing/catena-sdk-go, November 2026).
// A line is a group, the call's name or "-" where it is not known, a method and a path.
const calls = `
Authentication Authenticate POST /realms/{realm}/protocol/openid-connect/token
Authentication - POST /realms/{realm}/protocol/openid-connect/revoke

Telematics ListVehicles GET /v2/telematics/vehicles
Telematics CreateVehicle POST /v2/telematics/vehicles
Telematics GetVehicle GET /v2/telematics/vehicles/{id}
Telematics UpdateVehicle PATCH /v2/telematics/vehicles/{id}
Telematics ListTrailers GET /v2/telematics/trailers
Telematics CreateTrailer POST /v2/telematics/trailers
Telematics GetTrailer GET /v2/telematics/trailers/{id}
Telematics UpdateTrailer PATCH /v2/telematics/trailers/{id}
Telematics ListUsers GET /v2/telematics/users
Telematics CreateUser POST /v2/telematics/users
Telematics GetUser GET /v2/telematics/users/{id}
Telematics UpdateUser PATCH /v2/telematics/users/{id}
Telematics ListMessages GET /v2/telematics/messages
Telematics CreateMessage POST /v2/telematics/messages
Telematics ListGroupMessages GET /v2/telematics/group-messages
Telematics CreateGroupMessage POST /v2/telematics/group-messages
Telematics ListDvirLogs GET /v2/telematics/dvir-logs
Telematics CreateDvirLog POST /v2/telematics/dvir-logs
Telematics ListDvirLogDefects GET /v2/telematics/dvir-logs/defects
Telematics GetDvirLogDefects GET /v2/telematics/dvir-logs/{id}/defects
Telematics ListFuelTransactions GET /v2/telematics/fuel-transactions
Telematics CreateFuelTransaction POST /v2/telematics/fuel-transactions
Telematics - GET /v2/telematics/analytics
Telematics ListHosAvailabilities GET /v2/telematics/hos-availabilities
Telematics ListHosDailySnapshots GET /v2/telematics/hos-daily-snapshots
Telematics ListHosEvents GET /v2/telematics/hos-events
Telematics GetHosEventAttachments GET /v2/telematics/hos-events/{id}/attachments
Telematics ListHosViolations GET /v2/telematics/hos-violations
Telematics ListIftaSummaries GET /v2/telematics/ifta-summaries
Telematics - GET /v2/telematics/driver-vehicle-associations
Telematics - GET /v2/telematics/trailer-vehicle-associations
Telematics - GET /v2/telematics/engine-logs
Telematics - GET /v2/telematics/engine-statuses
Telematics - GET /v2/telematics/trailer-locations
Telematics - GET /v2/telematics/trailer-statuses
Telematics ListVehicleLocations GET /v2/telematics/vehicle-locations
Telematics - GET /v2/telematics/vehicle-region-segments
Telematics ListVehicleSensorEvents GET /v2/telematics/vehicle-sensor-events
Telematics GetVehicleSensorEvents GET /v2/telematics/vehicles/{id}/sensor-events
Telematics ListDriverSafetyEvents GET /v2/telematics/driver-safety-events
Telematics ListHosEventCodesReference GET /v2/telematics/ref-hos-event-codes
Telematics ListHosMalfunctionCodesReference GET /v2/telematics/ref-hos-malfunction-codes
Telematics ListHosRecordOriginsReference GET /v2/telematics/ref-hos-record-origins
Telematics ListHosRecordStatusesReference GET /v2/telematics/ref-hos-record-statuses
Telematics ListHosRegionsReference GET /v2/telematics/ref-hos-regions
Telematics ListHosViolationCodesReference GET /v2/telematics/ref-hos-violation-codes
Telematics ListRulesetsReference GET /v2/telematics/ref-hos-rulesets
Telematics ListTimezonesReference GET /v2/telematics/ref-timezones

Integrations ListConnections GET /v2/integrations/connections
Integrations CreateConnection POST /v2/integrations/connections
Integrations GetConnection GET /v2/integrations/connections/{id}
Integrations UpdateConnection PATCH /v2/integrations/connections/{id}
Integrations DeleteConnection DELETE /v2/integrations/connections/{id}
Integrations GetDataFreshness GET /v2/integrations/connections/data-freshness
Integrations CreateConnectionPreAuth POST /v2/integrations/connection-pre-auths
Integrations ListResourceOperations GET /v2/integrations/connections/resource-operations
Integrations GetResourceOperation GET /v2/integrations/connections/{id}/resource-operations/{operation}
Integrations ListIntegrationsPerTsp GET /v2/integrations/tsps
Integrations GetIntegrationsPerTsp GET /v2/integrations/tsps/{id}
Integrations ListSchedules GET /v2/integrations/connections/{id}/schedules
Integrations GetSchedule GET /v2/integrations/connections/{id}/schedules/{schedule}
Integrations ListExecutions GET /v2/integrations/connections/{id}/schedules/{schedule}/executions
Integrations CreateSchedule POST /v2/integrations/connections/{id}/schedules
Integrations UpdateSchedule PATCH /v2/integrations/connections/{id}/schedules/{schedule}
Integrations DeleteSchedule DELETE /v2/integrations/connections/{id}/schedules/{schedule}
Integrations ActivateSchedule POST /v2/integrations/connections/{id}/schedules/{schedule}/activate
Integrations ActivateSchedules POST /v2/integrations/connections/{id}/schedules/activate-schedules
Integrations BackfillSchedules POST /v2/integrations/connections/schedules/backfill

Notifications ListWebhookSubscriptions GET /v2/notifications/webhooks
Notifications CreateWebhookSubscription POST /v2/notifications/webhooks
Notifications GetWebhookSubscription GET /v2/notifications/webhooks/{id}
Notifications UpdateWebhookSubscription PATCH /v2/notifications/webhooks/{id}
Notifications DeleteWebhookSubscription DELETE /v2/notifications/webhooks/{id}
Notifications ActivateWebhookSubscription POST /v2/notifications/webhooks/{id}/activate
Notifications PauseWebhookSubscription POST /v2/notifications/webhooks/{id}/pause
Notifications GetWebhookSubscriptionLogs GET /v2/notifications/webhooks/{id}/logs
Notifications GetWebhookSubscriptionMetrics GET /v2/notifications/webhooks/{id}/metrics
Notifications ReplayUndeliveredMessagesFromDlq POST /v2/notifications/webhooks/{id}/replay
Notifications GetEventSchema GET /v2/notifications/schemas/{event}
Notifications GetEventSchemaVersions GET /v2/notifications/schemas/{event}/versions/{version}

Orgs ListFleets GET /v2/orgs/fleets
Orgs CreateFleet POST /v2/orgs/fleets
Orgs GetFleet GET /v2/orgs/fleets/{id}
Orgs UpdateFleet PATCH /v2/orgs/fleets/{id}
Orgs DeleteFleet DELETE /v2/orgs/fleets/{id}
Orgs ListFleetProperties GET /v2/orgs/fleets/{id}/properties
Orgs CreateFleetProperties POST /v2/orgs/fleets/{id}/properties
Orgs DeleteFleetProperty DELETE /v2/orgs/fleets/{id}/properties/{property}
Orgs ListInvitations GET /v2/orgs/invitations
Orgs CreateInvitation POST /v2/orgs/invitations
Orgs GetInvitation GET /v2/orgs/invitations/{id}
Orgs DeleteInvitation DELETE /v2/orgs/invitations/{id}
Orgs AcceptInvitation POST /v2/orgs/invitations/{id}/accept
Orgs DeclineInvitation POST /v2/orgs/invitations/{id}/decline
Orgs ListPartners GET /v2/orgs/partners
Orgs CreatePartner POST /v2/orgs/partners
Orgs GetPartner GET /v2/orgs/partners/{id}
Orgs UpdatePartner PATCH /v2/orgs/partners/{id}
Orgs DeletePartner DELETE /v2/orgs/partners/{id}
Orgs ListPartnerProperties GET /v2/orgs/partners/{id}/properties
Orgs CreatePartnerProperties POST /v2/orgs/partners/{id}/properties
Orgs DeletePartnerProperty DELETE /v2/orgs/partners/{id}/properties/{property}
Orgs ListShareAgreements GET /v2/orgs/share-agreements
Orgs GetShareAgreement GET /v2/orgs/share-agreements/{id}
Orgs UpdateShareAgreement PATCH /v2/orgs/share-agreements/{id}
Orgs DeleteShareAgreement DELETE /v2/orgs/share-agreements/{id}
Orgs PauseShareAgreement POST /v2/orgs/share-agreements/{id}/pause
Orgs ActivateShareAgreement POST /v2/orgs/share-agreements/{id}/activate
Orgs CancelShareAgreement POST /v2/orgs/share-agreements/{id}/cancel
Orgs BackfillShareAgreements POST /v2/orgs/share-agreements/backfill
Orgs ListTsps GET /v2/orgs/tsps
Orgs GetTsp GET /v2/orgs/tsps/{id}
Orgs CreateTsp POST /v2/orgs/tsps
Orgs UpdateTsp PATCH /v2/orgs/tsps/{id}
Orgs DeleteTsp DELETE /v2/orgs/tsps/{id}
Orgs - GET /v2/orgs/external-tsps
Orgs - GET /v2/orgs/external-tsps/integration-requests
Orgs - POST /v2/orgs/external-tsps/{id}/request-integration
`

// unserved says of calls that are not served whether they come later or never, and why or what to do
// instead. A key is the beginning of lines: the longest one that fits counts.
var unserved = map[string]string{
	"GET /v2/telematics/": "never: Waybill imports what it writes, and no movements, hours or figures",

	"POST /v2/integrations/connections/{id}/schedules":                     "never: schedules follow from what a TSP can be asked for",
	"PATCH /v2/integrations/connections/{id}/schedules":                    "never: `WAYBILL_IMPORT_EVERY` says how often imports run",
	"DELETE /v2/integrations/connections/{id}/schedules":                   "never: pause the connection instead",
	"POST /v2/integrations/connections/{id}/schedules/{schedule}/activate": "never: schedules do not end by errors; `POST …/{connection_id}/import` imports now",
	"POST /v2/integrations/connections/{id}/schedules/activate-schedules":  "never: schedules do not end by errors; `POST …/{connection_id}/import` imports now",
	"POST /v2/integrations/connections/schedules/backfill":                 "never: a new connection imports all kinds by itself",

	"GET /v2/orgs/fleets/{id}/properties":    "never: fleets have no properties here",
	"POST /v2/orgs/fleets/{id}/properties":   "never: fleets have no properties here",
	"DELETE /v2/orgs/fleets/{id}/properties": "never: fleets have no properties here",
	"GET /v2/orgs/invitations":               "never: the fleet's operator makes its client and grants with `waybill`",
	"POST /v2/orgs/invitations":              "never: the fleet's operator makes its client and grants with `waybill`",
	"DELETE /v2/orgs/invitations":            "never: the fleet's operator makes its client and grants with `waybill`",
	"GET /v2/orgs/partners/{id}/properties":  "never: operators make partners with `waybill client create`",
	"POST /v2/orgs/partners":                 "never: operators make partners with `waybill client create`",
	"PATCH /v2/orgs/partners":                "never: operators make partners with `waybill client create`",
	"DELETE /v2/orgs/partners":               "never: operators make partners with `waybill client create`",

	"POST /v2/orgs/share-agreements/backfill": "never: fleets make agreements one by one, with `POST /v2/orgs/share-agreements`",
	"POST /v2/orgs/tsps":                      "never: a TSP is an adapter of the program",
	"PATCH /v2/orgs/tsps":                     "never: a TSP is an adapter of the program",
	"DELETE /v2/orgs/tsps":                    "never: a TSP is an adapter of the program",
	"GET /v2/orgs/external-tsps":              "never: a TSP is an adapter of the program",
	"POST /v2/orgs/external-tsps":             "never: a TSP is an adapter of the program",
}
