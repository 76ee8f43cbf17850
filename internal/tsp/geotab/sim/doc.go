// Package sim is the Geotab simulator: a strict, stateful stand-in for the part of the MyGeotab API (JSON-RPC over
// POST /apiv1) that writes to a fleet, and the reads that an adapter needs beside it.
//
// Facts come from Geotab's SDK documentation, samples and clients (read 2026-11-23 to 2026-11-27); shapes of read
// entities follow recorded answers. Where no source says anything, the comment says "not documented". A limit that Geotab
// does not state (Get User, Add TextMessage...) is enforced under the switch assumed_limits alone.
//
// One database, "demo", with these users (password in brackets):
//
//	demo-service@waybill.example  (geotab-demo-password)      administrator
//	dana.whitfield@demofreight.example (geotab-supervisor-password)  supervisor: may write
//	readonly@waybill.example      (geotab-readonly-password)  view only: writes lack clearance
//	newcomer@waybill.example      (geotab-newcomer-password)  must change the password first
//
// Ids of the seed: devices b1 to b6 (vehicles; b6 has no hardware) and b7 to b9 (trailers), users b1 (the service
// account), b2 to b7 (drivers; b7 is historical), b8 (supervisor), b9 (view only), bA (newcomer), groups b2781 (West)
// and b2782 (East), defect lists b278A (vehicles) and b2800 (trailers), messages b1 to b4, purchases b1 and b2, two
// inspections, custom properties b1 to bA ("Make" to "Leased") in the property set b1.
//
// Switches (POST /_sim/switches), all off at the start:
//
//	ignore_unknown_members       take members that Geotab does not document instead of refusing them
//	wide_searches                find text messages to whomever, whatever recipientSearch says, as of a filter not known
//	status_429                   answer exceeded rate limits with status 429 instead of 200
//	limits_coming_soon           tell rate limits in headers and refuse nothing
//	other_server                 the database lives on another server: Authenticate names it, calls elsewhere fail
//	close_previous_dvir          refuse a DVIRLog while the asset's previous one is neither repaired nor certified
//	db_unavailable               every call fails with DbUnavailableException (ConnectionFailure)
//	db_initializing              every call but Authenticate fails with DbUnavailableException (Initializing)
//	service_unavailable          every call fails with ServiceUnavailableException
//	generic_exception            every call fails with GenericException
//
// The other server is this simulator under another Host header: by itself the same port of "localhost". The option
// Server or POST /_sim/server {"name":"127.0.0.1:9203"} names any other, such as a second listener; an empty name
// goes back to localhost.
//
// Faults of the kinds throttle and expire_session, and of status with 401 and 429, answer as Geotab does: 200 with an
// error. Any other status comes from the server in front of Geotab, as a page of HTML.
//
// /_sim/objects/ knows: devices, vehicles, trailers, users, drivers, groups, user-hos-rule-sets, dvir-logs,
// text-messages, fuel-transactions, driver-changes, hos-rule-sets, properties, property-sets, and changes (every Set in
// order: {seq,at,collection,id,patch}).
package sim
