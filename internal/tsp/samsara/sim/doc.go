// Package sim is the Samsara simulator: a strict, stateful stand-in for the part of Samsara's API that writes to a
// fleet, and the reads that an adapter needs beside it.
//
// Facts come from Samsara's OpenAPI document 2025-10-23 and its guides (developers.samsara.com, read 2026-11-23), and
// from behaviour that others observed; where no source says anything, the comment says "not documented": then neither
// these nor Samsara's SDK 14.7.0 (github.com/samsarahq/samsara-ts, 2026-08-21) say it, looked up again 2026-11-27.
//
// Left out, among what clients meet first: /gateways, DELETE /fleet/driver-vehicle-assignments, and of the SDK 14.7.0
// alone /assets/{id} and DELETE /fleet/drivers/{id}, whose answers no document describes.
//
// One organisation, "Demo Freight" (4000001), with these credentials:
//
//	samsara-demo-token      API token, every scope
//	samsara-readonly-token  API token, read scopes only
//	samsara-tagged-token    API token, every scope, restricted to the tag "West": writes must give tagIds
//	samsara-demo-client / samsara-demo-secret, code samsara-demo-code   OAuth 2.0; this code can be used again and
//	                        again, a code that begins with samsara-once- works once
//
// The switch unwrapped_assets (POST /_sim/switches) makes /assets answer the object without its data wrapper, as the
// document of 2024-11-18 and Samsara's sample app show it.
//
// The switch unique_fuel_references makes /fuel-purchase refuse a transactionReference that was used before; whether
// Samsara does is not documented.
//
// All classes of assets live in one set with one id space, so a vehicle can be read and changed through
// /fleet/vehicles and through /assets. /_sim/objects/ knows: assets, vehicles, trailers, drivers, messages, dvirs,
// fuel-purchases, driver-vehicle-assignments, users, tags, attributes, and changes (every PATCH in order: {seq, at, collection, id, patch}).
package sim
