// Package simkit is what all simulators share. A simulator is a strict, stateful stand-in for one TSP: it answers as
// the TSP does, keeps what it is given, and misbehaves on request.
//
// Most TSPs are a table of operations: an API answers by it, with hooks for what differs between TSPs, and a Desk is its
// OAuth 2.0. Package simtest is the fixture of a simulator's own tests.
//
// A simulator supplies the TSP side (the TSP interface). New puts it behind a Host, which adds an object store that
// survives restarts, the record of requests, faults, rate limits, a clock and the admin side under /_sim/:
//
//	GET    /_sim/requests              {"items":[{seq,time,method,path,query,body,status,fault}]}, newest last, secrets
//	                                   redacted; ?path_prefix= and ?method= filter. Status 0: no answer went out. One
//	                                   that was applied late has applied_at and applied_status beside them
//	GET    /_sim/objects/{collection}  {"items":[{seq,at,...}]}, in order of creation
//	POST   /_sim/faults                adds one Fault and answers it with its id, as in
//	                                   {"fault":"late","delay_ms":3000,"cut":true,"match":{"method":"POST"},"times":1}
//	GET    /_sim/faults                {"items":[...]}: the faults still active, oldest first
//	DELETE /_sim/faults                removes them all
//	POST   /_sim/reset                 back to the seeded state: objects, requests, faults, limits, switches, clock, lag
//	POST   /_sim/limits                {"enabled":true}: limits that the TSP states, and under the switch assumed_limits
//	                                   those too that adapters keep to without a statement
//	GET    /_sim/switches              {"name":bool}: behaviours that differ between installations of the TSP
//	POST   /_sim/switches              {"name":true}
//	POST   /_sim/clock                 {"advance_ms":3600000}; a negative one sets the clock back. Every answer of the
//	                                   TSP side has this clock's time in its Date
//	POST   /_sim/lag                   {"delay_ms":2000}: what reads is answered from the state of so long ago, by this
//	                                   clock; writes, and what must be unique, see all. 0 ends it
//
// The admin side answers mistakes with status 400 and {"message":"..."}.
package simkit
