// Package sim is the Traccar simulator: a strict, stateful stand-in for the part of the API of a Traccar server that
// writes devices, vehicles and trailers (devices told apart), drivers, users and commands, and the reads that an adapter
// needs beside it or that clients make by themselves.
//
// Facts come from Traccar's OpenAPI document (version 6.14.5) and, where that is silent, from the source of the server
// (github.com/traccar/traccar at 9e5c458, read 2026-11-25). A comment names its source by the class under
// src/main/java/org/traccar or by the file under schema; what the simulator refuses although the server would take it is
// marked "stricter".
//
// The credentials, as email and password (Basic, or POST /api/session) and as bearer token:
//
//	demo-service@waybill.example / traccar-demo-password / traccar-demo-token   an administrator, linked to everything
//	dispatcher@waybill.example / traccar-dispatcher-password / traccar-dispatcher-token   a manager, linked to group 1
//	viewer@waybill.example / traccar-viewer-password / traccar-viewer-token   read-only, linked to device 1
//
// Switches (POST /_sim/switches), all off at the start:
//
//	devices_offline   no device is connected, so that every command is queued and answers 202
//	mysql             the server's database is MySQL, not H2: it spells broken constraints its own way
//	postgresql        the server's database is PostgreSQL
//
// Traccar documents no rate limit. By itself it refuses nothing: web/ThrottlingFilter is Jetty's DoSFilter, which by
// default delays what one caller asks beyond 25 requests in a second. 429 comes from proxies in front of it. The budget
// while limits are enabled is an assumption: 600 requests a minute for the whole server, 20 at once.
//
// /_sim/objects/ knows: devices, vehicles and trailers (devices told apart), drivers, users, groups, permissions (links,
// in order of creation), positions (what each device last reported, with the values of PUT /devices/{id}/accumulators)
// and commands (every command that was sent or queued).
package sim
