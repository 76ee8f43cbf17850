// Package traccar is the adapter for Traccar, the open-source server that everybody hosts
// themselves: the credentials' url says where, without /api.
//
// Facts that have no other place (OpenAPI document 6.14.5 and the server's source at 9e5c458,
// read 2026-11-25): a record goes by an identifier of its own, uniqueId, beside the server's id;
// PUT replaces the whole record, so that updates read it first; errors are 400 with a Java stack
// trace as text, and its class tells what happened; attributes are kept as they are given, and some
// have a meaning; trailers are devices of the category "trailer"; messages are commands, which few
// protocols take, to the device that a driver is linked to, for which only administrators can ask.
// There are no inspections and no fuel transactions.
package traccar

import (
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// The collections of Traccar's records. Vehicles and trailers share one.
const (
	devices  = "devices"
	drivers  = "drivers"
	commands = "commands"
)

// verified is when the documentation was last held against the adapter.
const verified = "2026-11-25"

func spec() tsp.Spec {
	create := func(k resource.Kind) tsp.Capability { return tsp.Capability{Kind: k, Verb: resource.Create} }
	return tsp.Spec{
		Name:        "traccar",
		DisplayName: "Traccar",
		Docs: []tsp.Doc{
			{Title: "API reference", URL: "https://www.traccar.org/api-reference/", Verified: verified},
			{Title: "Source of the server", URL: "https://github.com/traccar/traccar", Verified: verified},
		},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("token"), tsp.CredentialKindOf("api_basic")},
		Settings:    settings(),
		Parallel:    2,
		SettlesSource: "assumed: as long as a call is waited for; the server answers when its database has taken the write, " +
			"and shows it from then on (BaseObjectResource.add), but a proxy before it may give up earlier",
		Lacking: map[tsp.Capability]string{
			create(resource.KindDvirLog):         "it keeps no inspections",
			create(resource.KindFuelTransaction): "it keeps no purchases",
		},
		Imports: []tsp.ImportKind{
			{Kind: resource.KindVehicle, Collections: []string{devices}},
			{Kind: resource.KindTrailer, Collections: []string{devices}},
			{Kind: resource.KindUser, Collections: []string{drivers}},
		},
		SampleCredentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "traccar-demo-token"}},
	}
}

// limits is one budget for everything: the server has none, and shared ones have proxies that do.
func limits() []rest.Limit {
	return []rest.Limit{{Limit: tsp.Limit{Key: "server", Scope: tsp.PerAccount, Events: 600, Period: time.Minute, Burst: 15,
		Source: "assumed: the server limits nothing; Retry-After of a proxy is obeyed"}}}
}
