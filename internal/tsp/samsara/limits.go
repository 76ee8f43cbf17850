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
		{Method: http.MethodPost, Path: messagesPath, Limit: perMinute("messages.write", assumedWrite)},
		{Method: http.MethodGet, Path: messagesPath, Limit: perMinute("messages.read", documented)},
		{Method: http.MethodPost, Path: assetsPath, Limit: perMinute("assets.create", documented)},
		{Method: http.MethodPatch, Path: assetsPath, Limit: perMinute("assets.update", documented)},
		{Method: http.MethodGet, Path: assetsPath, Limit: perSecond("assets.read", tsp.PerAccount, 5, documented)},
		{Method: http.MethodPatch, Path: vehiclesPath + "/{id}", Limit: perMinute("vehicles.write", assumedWrite)},
		{Method: http.MethodGet, Path: vehiclesPath, Limit: perSecond("vehicles.read", tsp.PerAccount, 25, documented)},
		{Method: http.MethodGet, Path: vehiclesPath + "/{id}", Limit: perSecond("vehicles.get", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodPost, Path: trailersPath, Limit: perMinute("trailers.create", documented)},
		{Method: http.MethodPatch, Path: trailersPath + "/{id}", Limit: perMinute("trailers.update", documented)},
		{Method: http.MethodGet, Path: trailersPath, Limit: perSecond("trailers.read", tsp.PerAccount, 5, documented)},
		{Method: http.MethodGet, Path: trailersPath + "/{id}", Limit: perSecond("trailers.get", tsp.PerAccount, 5, documented)},
		{Method: http.MethodPost, Path: driversPath, Limit: perMinute("drivers.create", assumedWrite)},
		{Method: http.MethodPatch, Path: driversPath + "/{id}", Limit: perMinute("drivers.update", assumedWrite)},
		{Method: http.MethodGet, Path: driversPath, Limit: perSecond("drivers.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodGet, Path: driversPath + "/{id}", Limit: perSecond("drivers.get", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodPost, Path: usersPath, Limit: perMinute("users.create", assumedWrite)},
		{Method: http.MethodPatch, Path: usersPath + "/{id}", Limit: perMinute("users.update", assumedWrite)},
		{Method: http.MethodGet, Path: usersPath, Limit: perSecond("users.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodGet, Path: usersPath + "/{id}", Limit: perSecond("users.get", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodPost, Path: dvirsPath, Limit: perMinute("dvirs.create", assumedWrite)},
		{Method: http.MethodGet, Path: dvirHistoryPath, Limit: perSecond("dvirs.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodPost, Path: fuelPath, Limit: perMinute("fuel.create", documented)},
		{Method: http.MethodPost, Path: assignmentsPath, Limit: perMinute("assignments.create", documented)},
		{Method: http.MethodGet, Path: attributesPath, Limit: perSecond("attributes.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodGet, Path: tagsPath, Limit: perSecond("tags.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodGet, Path: rolesPath, Limit: perSecond("roles.read", tsp.PerAccount, 5, assumedRead)},
		{Method: http.MethodPost, Path: tokenPath, Limit: perSecond("oauth", tsp.PerApp, 5, assumedRead)},
		{Method: http.MethodGet, Path: mePath, Limit: perSecond("me", tsp.PerAccount, 5, assumedRead)},
	}
}

const (
	assumedRead  = "assumed: the reference states none (2026-11-27); other lists have 5 a second"
	assumedWrite = "assumed: the reference states none (2026-11-27); other writes have 100 a minute"
)

func perSecond(key string, scope tsp.Scope, events int, source string) tsp.Limit {
	return tsp.Limit{Key: key, Scope: scope, Events: events, Period: time.Second, Burst: events / 5, Source: source}
}

func perMinute(key, source string) tsp.Limit {
	return tsp.Limit{Key: key, Scope: tsp.PerAccount, Events: 100, Period: time.Minute, Burst: 10, Source: source}
}
