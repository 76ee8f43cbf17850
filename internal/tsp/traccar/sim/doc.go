// Package sim is the Traccar simulator: a strict, stateful stand-in for the part of the API of a Traccar server that
// writes devices, vehicles and trailers (devices told apart), drivers, users and commands, and the reads that an adapter
// needs beside it or that clients make by themselves.
//
// Facts come from Traccar's OpenAPI document (version 6.14.5) and, where that is silent, from the source of that release
// (github.com/traccar/traccar at v6.14.5, read 2026-11-27). A comment names its source by the class under
// src/main/java/org/traccar or by the file under schema. It was read and not run: what only a running server shows, such
// as the types of error texts, is assumed where no comment says otherwise.
//
// The credentials, as email and password (Basic, or POST /api/session) and as bearer token:
//
//	demo-service@waybill.example / traccar-demo-password / traccar-demo-token   an administrator, linked to everything
//	dispatcher@waybill.example / traccar-dispatcher-password / traccar-dispatcher-token   a manager, linked to group 1
//	viewer@waybill.example / traccar-viewer-password / traccar-viewer-token   read-only, linked to device 1
//
// Switches (POST /_sim/switches), all off at the start but ignores_unknown:
//
//	devices_offline   no device is connected, so that every command is queued and answers 202
//	mysql             the server's database is MySQL, not H2: it spells broken constraints its own way
//	postgresql        the server's database is PostgreSQL
//	ignores_unknown   unknown parameters are ignored, as the server does; without it they are refused
//	release_6_12      the server is 6.12.2: lists have no pages and no keyword, and links cannot be listed
//	release_6_6       the server is 6.6, which beside that differs only in its version here
//	unreleased        the server is what comes behind 6.14.5, where links can be listed in either direction
//
// Traccar documents no rate limit and has none since 6.12.0 (4584fa123, 2025-12-11); before, it delayed callers. 429
// comes from proxies in front of it. The budget while assumed limits are enabled too is an assumption: 10 requests a
// second for the whole server, 20 at once.
//
// /_sim/objects/ knows: devices, vehicles and trailers (devices told apart), drivers, users, groups, permissions (links,
// in order of creation), positions (what each device last reported, with the values of PUT /devices/{id}/accumulators)
// and commands (every command that was sent or queued).
package sim
