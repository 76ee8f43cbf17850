package torture_test

import (
	"fmt"
	"slices"
	"strings"
)

// history is what became of some writes by Waybill's word, and by that of the TSPs.
type history struct {
	// writes are all operations, in the order of their acceptance.
	writes []wrote
	// told is what callers were answered, by the id of the operation.
	told map[string][]reply
	// things are the messages and the created vehicles that each TSP holds, in the order in which it made them.
	things []thing
	// changes are the updates of records, in the order in which each TSP applied them, and names what it shows in the
	// end, by the record.
	changes []change
	names   map[ofTSP]string
}

// wrote is one operation as it ended.
type wrote struct {
	id, tsp string
	what    what
	// text is that of a message or the name of a vehicle. Messages go from one to several, and updates are of a record;
	// all are the TSP's ids.
	text, from string
	to         []string
	record     string
	end        end
	// made is the id that the TSP gave, "" where it gave none.
	made string
	// live tells that it has not ended, whatever is known of its end.
	live bool
	// said is for people.
	said string
}

// what a write is.
type what string

const (
	aMessage      what = "message"
	aGroupMessage what = "group message"
	aCreate       what = "create"
	anUpdate      what = "update"
)

// end is how an operation ended.
type end string

const (
	isPending end = "pending"
	succeeded end = "success"
	failed    end = "failed"
	// unknown is failed with the word that the TSP may have taken it, or a part of it.
	unknown end = "unknown"
)

// reply is what a caller was told: 202, or the end of a sync write.
type reply struct {
	status int
	end    end
}

// thing is a message to one recipient, or a vehicle, which has none.
type thing struct{ tsp, text, to string }

// ofTSP names a record of a TSP.
type ofTSP struct{ tsp, record string }

// change is one update of a record as it was applied.
type change struct {
	ofTSP
	name string
}

// law is what no history may break.
type law string

const (
	nothingTwice     law = "sent twice"
	nothingLost      law = "lost"
	failedIsNotMade  law = "called failed that was made"
	noOlderOverNewer law = "older over newer"
	inOrder          law = "out of order"
	idsAreOnes       law = "one source id for two operations"
	syncIsTrue       law = "untrue sync answer"
	allEnd           law = "never ended"
)

// laws lists all of them.
func laws() []law {
	return []law{nothingTwice, nothingLost, failedIsNotMade, noOlderOverNewer, inOrder, idsAreOnes, syncIsTrue, allEnd}
}

// violation is one breach of a law.
type violation struct {
	law  law
	what string
}

// violations holds a history against all laws.
func (h history) violations() []violation {
	return slices.Concat(h.unended(), h.miscounted(), h.overwritten(), h.disordered(), h.shared(), h.untrue())
}

func (h history) unended() []violation {
	var out []violation
	for _, w := range h.writes {
		if w.end == isPending {
			out = append(out, violation{allEnd, w.String()})
		}
	}
	return out
}

// tally counts the operations that would leave equal things, and the things.
type tally struct{ succeeded, unknown, failed, made int }

// things are what the operation leaves if it takes effect.
func (w wrote) things() []thing {
	switch w.what {
	case aCreate:
		return []thing{{w.tsp, w.text, ""}}
	case aMessage, aGroupMessage:
		var all []thing
		for _, to := range w.to {
			all = append(all, thing{w.tsp, w.text, to})
		}
		return all
	case anUpdate:
	}
	return nil
}

// miscounted holds the number of equal things against that of the operations: what succeeded is there, what is not
// known may be, and nothing else is. What was acknowledged is an operation.
func (h history) miscounted() []violation {
	tallies := map[thing]*tally{}
	of := func(t thing) *tally {
		if tallies[t] == nil {
			tallies[t] = &tally{}
		}
		return tallies[t]
	}
	known := map[string]bool{}
	for _, w := range h.writes {
		known[w.id] = true
		for _, t := range w.things() {
			switch w.end {
			case succeeded:
				of(t).succeeded++
			case failed:
				of(t).failed++
			case unknown, isPending:
				of(t).unknown++
			}
		}
	}
	for _, t := range h.things {
		of(t).made++
	}
	var out []violation
	for t, n := range tallies {
		over := n.made - n.succeeded - n.unknown
		if n.made >= n.succeeded && n.made <= n.succeeded+n.unknown {
			continue
		}
		of := fmt.Sprintf("%s %q to %q: %+v of %s", t.tsp, t.text, t.to, *n, h.leaving(t))
		out = append(out, slices.Repeat([]violation{{failedIsNotMade, of}}, max(min(over, n.failed), 0))...)
		out = append(out, slices.Repeat([]violation{{nothingTwice, of}}, max(over-n.failed, 0))...)
		out = append(out, slices.Repeat([]violation{{nothingLost, of}}, max(n.succeeded-n.made, 0))...)
	}
	for id := range h.told {
		if !known[id] {
			out = append(out, violation{nothingLost, "the acknowledged operation " + id})
		}
	}
	return out
}

// leaving lists the operations that would leave a thing.
func (h history) leaving(t thing) []wrote {
	return slices.DeleteFunc(slices.Clone(h.writes), func(w wrote) bool { return !slices.Contains(w.things(), t) })
}

func (w wrote) String() string {
	return fmt.Sprintf("%s: %s %s %q from %q to %q of %q: %s as %q (%s)", w.tsp, w.what, w.id, w.text, w.from,
		strings.Join(w.to, " "), w.record, w.end, w.made, w.said)
}
