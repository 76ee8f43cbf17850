// Package traccar is the adapter for Traccar, the open-source server that everybody hosts
// themselves: the credentials' url says where, without /api.
//
// Facts that have no other place, read in the server's source at its released tags v6.7.0 to v6.14.5
// on 2026-11-27, and in its OpenAPI document 6.14.5. A comment names the class under src/main/java/org/traccar
// that shows a fact, as it is at v6.14.5 unless it says otherwise. A record goes by an identifier of its own,
// uniqueId, beside the server's id; PUT replaces the whole record, so that updates read it first, and POST and PUT
// answer the record (BaseObjectResource); errors are 400 with a Java stack trace as text, and its class tells what
// happened (ResourceErrorHandler); attributes are kept as they are given, and some have a meaning (config/Keys);
// trailers are devices of the category "trailer"; messages are commands (CommandResource). There are no inspections
// and no fuel transactions, and no driver has a state, hours of service or a time zone.
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
	links    = "permissions"
)

// verified is when the documentation was last held against the adapter.
const verified = "2026-11-27"

func spec() tsp.Spec {
	create := func(k resource.Kind) tsp.Capability { return tsp.Capability{Kind: k, Verb: resource.Create} }
	return tsp.Spec{
		Name:        "traccar",
		DisplayName: "Traccar",
		Docs: []tsp.Doc{
			{Title: "API reference", URL: "https://www.traccar.org/api-reference/", Verified: verified},
			{Title: "Source of the server, release 6.14.5", URL: "https://github.com/traccar/traccar/tree/v6.14.5", Verified: verified},
			{Title: "Source of the least release, " + least, URL: "https://github.com/traccar/traccar/tree/v" + least, Verified: verified},
		},
		Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("token"), tsp.CredentialKindOf("api_basic")},
		Sight:       "a user sees the devices and drivers that it was given, and an administrator all",
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
		NotImported: map[resource.Kind]string{
			resource.KindMessage:                  noMessages,
			resource.KindGroupMessage:             noMessages,
			resource.KindDriverVehicleAssociation: "the server tells who may drive a device and not since when",
		},
		SampleCredentials: tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "traccar-demo-token"}},
	}
}

// noMessages is why no message is imported (CommandsManager, and model/Event from v6.7.0 to v6.14.5): a command
// that was sent is stored nowhere, a queued one until the device takes it, without an answer to whose it was. The event
// queuedCommandSent holds only the id of a queued command. An event textMessage, which v6.8.1 and older
// declare, none of them ever makes.
// What a device itself says, alematics, atrack and jmak put among the attributes of a position.
const noMessages = "the server keeps no command that was sent, and what a device says it keeps by few protocols, " +
	"as an attribute of a position that tells nobody who wrote it"

// limits is one budget for everything. The server limits nothing since 6.12.0; before, it delayed whom it
// thought too fast (web/ThrottlingFilter at v6.11.1). Shared servers have proxies that refuse.
func limits() []rest.Limit {
	return []rest.Limit{{Limit: tsp.Limit{Key: "server", Scope: tsp.PerAccount, Events: 20, Period: 2 * time.Second, Burst: 15,
		Source: "assumed: the server refuses nobody for being fast; Retry-After of a proxy is obeyed"}}}
}
