package webhook

// catchAllNames is the contract's WebhookCatchAllEvents, complete and in its order. Some of its
// wildcards are in eventNames as well, and some in one of the two alone.
var catchAllNames = []string{
	"dvir_log.*", "driver_vehicle_association.*", "trailer_vehicle_association.*", "invitation.*",
	"connection.*", "fleet_connection.*", "share_agreement.*", "webhook.*", "vehicle.*", "trailer.*",
	"trailer_location.*", "trailer_status.*", "user.*", "vehicle_location.*", "ifta_summary.*",
	"hos_availability.*", "hos_daily_snapshot.*", "hos_event.*", "hos_violation.*", "engine_log.*",
	"engine_status.*", "group_message.*", "message.*", "fuel_transaction.*", "resource_operation.*",
	"workflow.*",
}
