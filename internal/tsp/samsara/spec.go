// Package samsara is the adapter for Samsara (api.samsara.com).
//
// Facts that have no other place: ids are strings of digits, except that the legacy message
// endpoint wants drivers as JSON numbers. There is no idempotency key anywhere. Optional
// members are absent, never null. Errors are {message, requestId}, on the legacy endpoints
// and for 5xx plain text.
package samsara

import (
	"context"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// The collections of Samsara's records. Drivers and dashboard users may share numbers.
const (
	vehicles    = "vehicles"
	trailers    = "trailers"
	drivers     = "drivers"
	users       = "users"
	messages    = "messages"
	dvirs       = "dvirs"
	fuels       = "fuel_purchases"
	assignments = "driver_vehicle_assignments"
)

const tokenPath = "/oauth2/token"

// New returns the adapter.
func New() tsp.Adapter { return rest.New(config(time.Now)) }

func config(now func() time.Time) rest.Config {
	all := newAttributes()
	return rest.Config{
		Spec: spec(),
		Auths: map[string]rest.Auth{
			"token":   rest.Bearer("token"),
			"samsara": rest.OAuth{TokenURL: tokenPath},
			"oauth2":  rest.OAuth{TokenURL: tokenPath, TokenURLField: "token_url"},
		},
		URLField: "url",
		BaseURL:  regionURL,
		// The version that Samsara's own SDKs 11.11.1 and 14.7.0 pin.
		Header:  http.Header{"X-Samsara-Version": {"2025-06-11"}},
		Limits:  limits(),
		Answers: rest.Answers{Class: class, Message: message, Theirs: rest.RefusesInJSON},
		Check:   check,
		CheckSettings: func(ctx context.Context, send rest.Send, s tsp.Settings) error {
			return checkSettings(ctx, send, all, s)
		},
		Writes: []rest.Write{
			createVehicle(all), updateVehicle(all), createTrailer(), updateTrailer(), createUser(all), updateUser(all),
			createMessage(now), createGroupMessage(now), createDVIR(now), createFuel(), createAssociation(),
		},
		ListsFor: func(s tsp.Settings) map[resource.Kind]rest.List {
			return map[resource.Kind]rest.List{
				resource.KindVehicle: list(vehicleSweep(s)),
				resource.KindUser:    list(driverSweep("active", s), driverSweep("deactivated", s), userSweep(s)),
				resource.KindTrailer: list(trailerSweep(s)),
				resource.KindMessage: listMessages(now),
				resource.KindDvirLog: listDVIRs(now),
			}
		},
		Records: records(),
		Now:     now,
	}
}

func spec() tsp.Spec {
	return tsp.Spec{
		Name:        "samsara",
		DisplayName: "Samsara",
		BaseURL:     "https://api.samsara.com",
		Hosts:       []string{"api.eu.samsara.com", "api.ca.samsara.com"},
		Docs: []tsp.Doc{
			{Title: "OpenAPI document 2025-10-23", URL: "https://developers.samsara.com/openapi/samsara-api.json", Verified: verified},
			{Title: "Rate limits", URL: rateLimits, Verified: verified},
			{Title: "Response codes", URL: "https://developers.samsara.com/docs/response-codes", Verified: verified},
			{Title: "External IDs", URL: "https://developers.samsara.com/docs/external-ids", Verified: verified},
			{Title: "OAuth 2.0", URL: "https://developers.samsara.com/docs/oauth-20", Verified: verified},
			{Title: "Assets", URL: "https://developers.samsara.com/docs/assets-vehicles-trailers-equipment", Verified: verified},
			{Title: "Custom attributes", URL: "https://developers.samsara.com/docs/custom-attributes-guide", Verified: "2026-11-27"},
			{Title: "Fuel purchases", URL: "https://developers.samsara.com/docs/fuel-card-integration", Verified: verified},
			{Title: "Driver vehicle inspection reports", URL: "https://developers.samsara.com/docs/digital-vehicle-inspection-reports", Verified: "2026-11-27"},
			{Title: "Driver-vehicle assignments", URL: "https://developers.samsara.com/docs/driver-vehicle-assignment-faqs", Verified: "2026-11-27"},
			{Title: "Driver dispatch and messaging", URL: "https://developers.samsara.com/docs/driver-dispatch-messaging", Verified: verified},
		},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("token"), tsp.CredentialKindOf("samsara"), tsp.CredentialKindOf("oauth2")},
		Settings:    settings(),
		Parallel:    4,
		SettlesSource: "assumed: as long as a call is waited for; Samsara documents neither how long it works on a call " +
			"that was cut off nor how soon its lists show what was written",
		Imports: []tsp.ImportKind{
			// The OpenAPI document 2025-10-23 gives vehicles their times in the list alone: neither the PATCH nor the GET
			// of one shows them, so reading it back would not bring them.
			{Kind: resource.KindVehicle, Collections: []string{vehicles}, Note: "after a write, source_data has no createdAtTime and " +
				"updatedAtTime until the next import, because Samsara shows them in its list of vehicles only"},
			{Kind: resource.KindUser, Collections: []string{drivers, users}},
			{Kind: resource.KindTrailer, Collections: []string{trailers}},
			{Kind: resource.KindMessage, Collections: []string{messages}, Note: "only what drivers sent; what dispatch sent is left out, because " +
				"Samsara's messages have no id by which those of Waybill could be told from others"},
			{Kind: resource.KindDvirLog, Collections: []string{dvirs}},
		},
		NotImported: map[resource.Kind]string{
			resource.KindGroupMessage: "Samsara keeps a message to several drivers as one to each of them",
			// Looked up in the OpenAPI document 2025-10-23 and the SDK 14.7.0 of 2026-08-21
			// (github.com/samsarahq/samsara-ts).
			resource.KindFuelTransaction: "Samsara's API writes fuel purchases and does not read them",
			resource.KindDriverVehicleAssociation: "Samsara lists for each time the one assignment that counts, of all its sources, " +
				"so that what was written may not be among them",
		},
		SampleCredentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "samsara-demo-token"}},
	}
}

const (
	// verified is when the documentation was last held against the adapter.
	verified   = "2026-11-23"
	rateLimits = "https://developers.samsara.com/docs/rate-limits"
)
