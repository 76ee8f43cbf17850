package main

import "time"

// costsOf is what an operation from its acceptance to its last webhook costs: statements, those of them that are
// asked, and in how many transactions' groups it has a part. Deliveries are numbered so many in a page.
func costsOf(subscribers int, page float64) (statements, asked, parts float64) {
	events := 2 * float64(subscribers)
	for k, times := range map[kind]float64{accept: 1, mark: 1, settle: 1, number: events / page, deliver: events} {
		statements += times * writes[k].statements
		asked += times * writes[k].asked
		parts += times
	}
	return statements, asked, parts
}

// carries is how many operations a second a database cannot exceed: all groups are full.
func carries(c costs, subscribers int, page float64) float64 {
	statements, asked, parts := costsOf(subscribers, page)
	alone := 2*c.trip + c.sync
	if c.gathered {
		asked, alone = 0, alone+c.trip
	}
	each := statements*c.statement.Seconds() + asked*c.trip.Seconds() + parts*alone.Seconds()/float64(c.group)
	return float64(c.locks) / each
}

// waitOfMD1 is the mean wait of whoever comes to one server that takes the same time for each, by
// Pollaczek and Khinchine.
func waitOfMD1(service time.Duration, load float64) time.Duration {
	return time.Duration(load / (2 * (1 - load)) * float64(service))
}
