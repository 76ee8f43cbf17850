// Package sim is the Motive simulator: a strict, stateful stand-in for the part of Motive's API that writes to a fleet,
// and the reads that an adapter needs beside it.
//
// Motive publishes no OpenAPI document. Facts come from its reference pages (developer-docs.gomotive.com and
// developer.gomotive.com, read 2026-11-27), and from behaviour that others observed; where no source says anything, the
// comment says "not documented".
//
// One company, "Demo Freight" (7001), with these credentials:
//
//	motive-demo-key        X-Api-Key, every scope
//	motive-test-mode-key   X-Api-Key in test mode: writes are checked and answered, and never kept
//	motive-manage-key      X-Api-Key with the .manage scopes only
//	motive-readonly-key    X-Api-Key with the .read scopes only
//	motive-west-key        X-Api-Key that is restricted to the group 41001
//	motive-demo-client / motive-demo-secret, redirect_uri https://app.example/motive/callback   OAuth 2.0 at /oauth/token.
//	                       The codes motive-demo-code (every scope), motive-manage-code, motive-readonly-code and any
//	                       that begins with motive-once- (every scope) work once each, and anew after a reset
//
// Switches (POST /_sim/switches), all off at the start:
//
//	manage_allows_read     a .manage scope also allows the GETs of its resource
//	ignore_unknown_fields  unknown members of a body and unknown query parameters are ignored, not refused
//	creates_answer_201     creates answer 201, not 200
//	validation_answers_422 a body or parameter that is refused answers 422, not 400, which is the one that the page of
//	                       response codes has and that was observed
//	errors_as_text         errors are {"error":"..."}, not {"error_message":"..."}
//	errors_nested          errors are {"error":{"message":"..."}}
//	errors_as_list         errors are {"messages":["..."]}
//	no_retry_after         429 carries no Retry-After
//	any_asset_type         assets take any type, not only those that a source names
//	list_all_messages      GET /v1/messages needs no X-User-Id, and without it lists the messages of all senders
//	wide_messages          GET /v1/messages lists the messages of all senders, whoever X-User-Id names
//
// Motive documents no rate limit. While limits are enabled with those that are assumed, the company has ten requests at
// once and one more each second.
//
// /_sim/objects/ knows: vehicles, assets, users, groups, companies, messages, fuel_purchases, inspection_reports,
// external_ids, and changes (every PUT in order: {seq, at, collection, id, patch}).
package sim
