package main

import (
	"fmt"
	"time"
)

// writes are what each kind of write costs, as parameters tell.
var writes = [kinds]work{
	accept:   {"accept, with its event and delivery", 3, 0},
	mark:     {"mark as sending", 1, 1},
	settle:   {"settle, with attempt, record, event and delivery", 10, 2},
	number:   {"number a page of deliveries", 1, 1},
	deliver:  {"settle a delivery", 3, 1},
	imported: {"a step of an import", 4, 2},
}

// near are the costs of a database in the same place, a network away.
func near() costs {
	return costs{statement: 30 * time.Microsecond, trip: 200 * time.Microsecond, sync: time.Millisecond, group: 256,
		locks: 1}
}

// ordinary is an installation of some size, and how it is made.
func ordinary() sizes {
	return sizes{connections: 10_000, partners: 200, replicas: 3, subscribers: 1, zipf: 1,
		limit: limit{interval: 200 * time.Millisecond, burst: 5},
		call:  100 * time.Millisecond, answer: 50 * time.Millisecond,
		wake: 5 * time.Millisecond, linger: 2 * time.Second, slice: 12 * time.Second,
		beat: time.Second, silence: 4 * time.Second, sweep: time.Second,
		atOnce: 4, window: 256, page: 64, seed: 1}
}

const (
	// importsEach are the writes of imports that a connection makes a second: four kinds each ten minutes and two
	// each five, with a write at the beginning and one at the end.
	importsEach = 2 * (4.0/600 + 2.0/300)
	// rowBytes is what an operation with its record takes on the disk, logBytes what it adds to the log.
	rowBytes, logBytes = 2_500, 12_000
	// activationsMost is how many lanes a second River has begun on two cores.
	activationsMost = 4_500
	// cpuGoal is what an operation may cost over all processes with PostgreSQL.
	cpuGoal = 1200 * time.Microsecond
)

// parameter is one of what the model takes as given.
type parameter struct {
	name, value string
	// origin is measured, decided (the design says so), reference (measured elsewhere) or assumed.
	origin, source string
}

// parameters are all that the model takes as given, with where each comes from.
func parameters() []parameter {
	c, z := near(), ordinary()
	all := []parameter{
		{"a statement, on the database's side", fmt.Sprint(c.statement), "measured",
			"23µs of processor time for a prepared, pipelined insert in PostgreSQL 15, and more for what changes records"},
		{"there and back between replica and database", fmt.Sprint(c.trip), "assumed",
			"one zone of a cloud; 50µs on one machine"},
		{"a commit's flush to the disk", fmt.Sprint(c.sync), "assumed",
			"docs/performance.md measures 2.15 ms on a busy machine; 0.16 to 1.6 ms were seen on a quiet one"},
		{"writes in a transaction, at most", fmt.Sprint(c.group), "decided", "internal/store, groupSize"},
		{"transactions that write at once", fmt.Sprint(c.locks), "decided", "one lock over all replicas"},
	}
	for _, w := range writes {
		origin, source := "measured", "on SQLite, 16 in a commit: cost_test.go of the store"
		if w == writes[imported] {
			origin, source = "assumed", "without records that have changed; to be measured"
		}
		value := fmt.Sprintf("%g statements, %g of them asked", w.statements, w.asked)
		all = append(all, parameter{w.name, value, origin, source})
	}
	return append(all,
		parameter{"a TSP's answer", fmt.Sprint(z.call), "assumed", ""},
		parameter{"a receiver's answer", fmt.Sprint(z.answer), "assumed", ""},
		parameter{"from a hint to the claim of a lane", fmt.Sprint(z.wake), "reference",
			"River on one machine: p50 4.9 ms"},
		parameter{"a lane without work sleeps after", fmt.Sprint(z.linger), "decided", "docs/architecture.md"},
		parameter{"a lane's slice", fmt.Sprint(z.slice), "decided", "10 to 15 s"},
		parameter{"a dead replica is one that was silent for", fmt.Sprint(z.silence), "decided",
			fmt.Sprintf("a beat each %v, looked for each %v", z.beat, z.sweep)},
		parameter{"a replica runs at most", "1.2 x active / live lanes", "decided", ""},
		parameter{"lanes that River begins a second", fmt.Sprint(activationsMost), "reference",
			"4,000 to 5,000 with PostgreSQL 15 on two cores"},
		parameter{"writes of imports a second, of a connection", fmt.Sprintf("%.3f", importsEach), "decided",
			"WAYBILL_IMPORT_EVERY, two kinds at half of it; two writes each: assumed"},
		parameter{"processor time of an operation, over all processes", fmt.Sprint(cpuGoal), "assumed",
			"the goal; to be measured"},
		parameter{"traffic over partners", fmt.Sprintf("Zipf, exponent %g, %d partners", z.zipf, z.partners),
			"assumed", ""},
		parameter{"an operation with its record on the disk", fmt.Sprintf("%d bytes", rowBytes), "measured",
			"docs/retention.md, on SQLite"},
		parameter{"its log (WAL)", fmt.Sprintf("%d bytes", logBytes), "assumed",
			"SQLite, which logs whole pages, writes 49 kB; to be measured"},
	)
}
