package main

import (
	"fmt"
	"time"
)

// The large installation: so many writes a second, connections and partners, over all databases.
const (
	manyWrites, manyLanes, manyOwners = 10_000, 100_000, 2_000
)

// one is one of several databases among which everything is divided evenly, after some seconds.
func one(c costs, databases int) *system {
	z := ordinary()
	z.connections, z.partners = manyLanes/databases, manyOwners/databases
	z.imports = importsEach * float64(z.connections)
	s := newSystem(c, z)
	s.tally.from = 2 * time.Second
	s.flow(manyWrites/float64(databases), 6*time.Second)
	s.imported(6 * time.Second)
	s.clock.run(6 * time.Second)
	return s
}

func manyConnections() table {
	t := table{title: "10,000 writes a second over 100,000 connections, by the number of databases",
		note: "One of them is simulated, with its part of everything, imports too, and three replicas. A database carries " +
			"its part where nothing piles up and 99 of 100 callers have their 202 within 50 ms.",
		head: []string{"each database", "databases", "operations/s of one", "imports' writes/s", "202 p99", "webhook p99",
			"lanes begun/s", "lanes at once", "carried"}}
	all := variants()
	plans := map[string][]int{all[0].name: {16, 24, 32, 40}, gatheredName: {8, 10, 12, 16}, bothName: {2, 3, 4, 6}}
	for _, v := range all {
		for _, n := range plans[v.name] {
			s := one(v.costs, n)
			p99, carried := at(s.tally.accepts, 0.99), "no"
			if float64(s.tally.taken) > 0.99*float64(s.tally.arrived) && p99 < 50*time.Millisecond {
				carried = "yes"
			}
			t.add(v.name, n, manyWrites/float64(n), s.sizes.imports, p99, at(s.tally.lags, 0.99),
				float64(s.tally.activations)/s.clock.now.Seconds(), s.active, carried)
		}
	}
	return t
}

// needs is what the same takes of everything else, by arithmetic.
func needs() table {
	t := table{title: "What else 10,000 writes a second over 100,000 connections need",
		note: "Over all databases and replicas, by arithmetic from the first table.",
		head: []string{"what", "how much", "from"}}
	z := ordinary()
	statements, _, parts := costsOf(1, 4)
	const day, tera = 86_400, 1e12
	bytes := func(rate, days float64) string { return round(rate*day*days*rowBytes/tera) + " TB" }
	t.add("processors of the databases, for statements alone",
		manyWrites*statements*near().statement.Seconds(),
		fmt.Sprintf("%.1f statements an operation", statements))
	t.add("processors of everything", manyWrites*cpuGoal.Seconds(), fmt.Sprintf("the goal of %v an operation", cpuGoal))
	t.add("writes to the databases", round(manyWrites*parts)+"/s", "a part in as many commits")
	t.add("log of the databases (WAL)", round(manyWrites*logBytes/1e6)+" MB/s",
		"as much again to each standby and to the archive")
	t.add("disk, if it never rests, kept for 30 days", bytes(manyWrites, 30),
		"the least that WAYBILL_KEEP_OPERATIONS takes")
	t.add("disk, if it never rests, kept for 90 days", bytes(manyWrites, 90), "the default")
	t.add("disk, a tenth of it on average, kept for 30 days", bytes(manyWrites/10, 30), "")
	t.add("calls at TSPs at once", manyWrites*z.call.Seconds(), fmt.Sprintf("answers after %v", z.call))
	t.add("webhooks on their way at once", 2*manyWrites*z.answer.Seconds(),
		"two for each operation, one subscriber")
	t.add("imports begun", round(importsEach/2*manyLanes)+"/s", "four kinds each ten minutes, two each five")
	t.add("lanes begun, at most", round(manyWrites+importsEach/2*manyLanes)+"/s",
		fmt.Sprintf("where every write and import wakes its lane; River has begun %d on two cores", activationsMost))
	return t
}
