// Package tsptest is the conformance suite of adapters: one call per adapter runs every check
// against the adapter and its simulator, as a grid of named subtests (check x capability).
//
// Each check runs in a bubble of testing/synctest: the clock starts at the same instant, waiting
// costs no time, and a goroutine that is left behind fails the check that it belongs to. Adapter
// and simulator talk real HTTP over connections in memory. Between them stands a front that
// records each request and can spoil any one of them, whatever the TSP's paths look like.
//
// The samples that are written come from the schema of each kind; Config.Values and
// Config.Sources name better ones where a TSP wants them. While the check "written" fails, most
// others cannot be held and say so. "go test -run TestXConforms -update" writes the golden
// requests anew; look at the difference before you commit it.
//
// With the flag -contract a config's writes are also made at a real account, on the real clock and
// network ("make contract", docs/contract-runs.md); the files live*.go do that.
//
// A check never fails a test by itself. It reports to a trial, so that the suite can be held
// against adapters that are wrong on purpose: its own tests demand that each of them fails
// exactly the check that is meant for it.
package tsptest
