package webhook

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
)

// eventNames is the contract's WebhookEventNameEnum, complete and in its order. A name that
// Waybill never raises is accepted all the same: clients of the contract may ask for it.
var eventNames = []string{
	"dvir_log.added", "dvir_log.modified", "dvir_log.removed", "driver_vehicle_association.added",
	"driver_vehicle_association.modified", "trailer_vehicle_association.added",
	"trailer_vehicle_association.modified", "invitation.created", "invitation.rejected",
	"invitation.declined", "invitation.viewed", "invitation.sent", "invitation.accepted",
	"invitation.expired", "invitation.deleted", "invitation.*", "connection.created", "connection.staled",
	"connection.*", "fleet_connection.created", "fleet_connection.*", "share_agreement.created",
	"share_agreement.updated", "share_agreement.deleted", "share_agreement.*", "webhook.created",
	"webhook.updated", "webhook.deleted", "webhook.staled", "webhook.activated", "webhook.paused",
	"webhook.*", "workflow.added", "workflow.modified", "workflow.removed", "workflow.*", "tsp.created",
	"tsp.requested", "vehicle.added", "vehicle.modified", "vehicle.removed", "vehicle.*", "trailer.added",
	"trailer.modified", "trailer.removed", "trailer.*", "trailer_location.added",
	"trailer_location.modified", "trailer_location.*", "trailer_status.added", "trailer_status.modified",
	"trailer_status.*", "execution.created", "execution.staled", "execution.failed", "execution.*",
	"schedule.deactivated", "schedule.*", "user.added", "user.modified", "user.removed", "user.*",
	"vehicle_location.added", "ifta_summary.added", "ifta_summary.modified", "ifta_summary.removed",
	"ifta_summary.*", "hos_availability.added", "hos_availability.modified", "hos_availability.removed",
	"hos_availability.*", "hos_daily_snapshot.added", "hos_daily_snapshot.modified",
	"hos_daily_snapshot.removed", "hos_daily_snapshot.*", "hos_event.added", "hos_event.modified",
	"hos_event.removed", "hos_event.*", "hos_violation.added", "hos_violation.modified",
	"hos_violation.removed", "hos_violation.*", "engine_log.added", "engine_log.modified",
	"engine_log.removed", "engine_log.*", "engine_status.added", "engine_status.modified",
	"group_message.added", "group_message.modified", "message.added", "message.modified",
	"fuel_transaction.added", "fuel_transaction.modified", "resource_operation.created",
	"resource_operation.succeeded", "resource_operation.failed", "resource_operation.*",
}

// ownNames are raised by Waybill and unknown to the contract. No wildcard stands for them: a client
// that knows the contract's names alone must never meet another, so whoever wants one asks for it by
// name.
var ownNames = []string{"connection.activated", "connection.updated"}

// raised are the names of which Waybill has a source. A subscription to any other waits for ever.
var raised = slices.Concat([]string{
	"resource_operation.created", "resource_operation.succeeded", "resource_operation.failed",
	"connection.created", "connection.staled", "connection.activated", "connection.updated",
	"share_agreement.created", "share_agreement.updated", "share_agreement.deleted",
	"webhook.created", "webhook.updated", "webhook.deleted", "webhook.staled", "webhook.activated", "webhook.paused",
}, ofRecords())

// ofRecords are the names of what becomes of records.
func ofRecords() []string {
	var all []string
	for _, of := range resource.AllFacts() {
		all = append(all, string(of.Kind)+".added", string(of.Kind)+".modified")
		if !of.Stays {
			all = append(all, string(of.Kind)+".removed")
		}
	}
	return all
}
