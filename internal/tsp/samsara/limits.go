package samsara

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// limits are Samsara's rates. A burst is a fifth of what a server that counts one second can
// have saved up, and half of the 20 calls that one which counts a minute is sure to have: the
// rest is slack for calls that the network bunches together, 0.8 s of them at a per-second
// limit and 6 s at a per-minute one.
func limits() []rest.Limit {
	const documented = rateLimits
	return []rest.Limit{
		{Limit: perSecond("token", tsp.PerConnection, 150, documented)},
		{Limit: perSecond("org", tsp.PerAccount, 200, documented)},
		{Method: http.MethodPost, Path: messagesPath,
			Limit: perMinute("messages.write", "assumed: none is stated; other writes have 100 a minute")},
		{Method: http.MethodGet, Path: messagesPath, Limit: perMinute("messages.read", documented)},
		{Method: http.MethodPatch, Path: "/fleet/vehicles/{id}",
			Limit: perMinute("vehicles.write", "assumed: none is stated; other writes have 100 a minute")},
		{Method: http.MethodGet, Path: vehiclesPath, Limit: perSecond("vehicles.read", tsp.PerAccount, 25, documented)},
		{Method: http.MethodGet, Path: trailersPath, Limit: perSecond("trailers.read", tsp.PerAccount, 5, documented)},
		{Method: http.MethodGet, Path: driversPath, Limit: perSecond("drivers.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodGet, Path: usersPath, Limit: perSecond("users.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodGet, Path: mePath, Limit: perSecond("me", tsp.PerAccount, 5, assumedRead)},
	}
}

const assumedRead = "assumed: none is stated; other lists have 5 a second"

func perSecond(key string, scope tsp.Scope, events int, source string) tsp.Limit {
	return tsp.Limit{Key: key, Scope: scope, Events: events, Period: time.Second, Burst: events / 5, Source: source}
}

func perMinute(key, source string) tsp.Limit {
	return tsp.Limit{Key: key, Scope: tsp.PerAccount, Events: 100, Period: time.Minute, Burst: 10, Source: source}
}
