package torture_test

import (
	"fmt"
	"slices"
)

// overwritten finds records of which an older update was applied over a newer one that succeeded, and those that do not
// show the last update that succeeded, or a newer one of which nobody knows. An update that succeeded was applied.
func (h history) overwritten() []violation {
	var out []violation
	updates := map[ofTSP][]wrote{}
	for _, w := range h.writes {
		if w.what == anUpdate {
			of := ofTSP{w.tsp, w.record}
			updates[of] = append(updates[of], w)
		}
	}
	for of, all := range updates {
		newest, applied := -1, map[string]bool{}
		for _, c := range h.changes {
			is := func(w wrote) bool { return c.ofTSP == of && w.text == c.name }
			at := slices.IndexFunc(all, is)
			if at < 0 {
				continue
			}
			// One that has failed may have been sent again by its caller, as another.
			if again := slices.IndexFunc(all[at:], func(w wrote) bool { return is(w) && w.end != failed }); again > 0 {
				at += again
			}
			applied[c.name] = true
			if at < newest {
				out = append(out, violation{noOlderOverNewer, fmt.Sprintf("%v was %q and became %q", of, all[newest].text, c.name)})
			}
			if at > newest && all[at].end == succeeded {
				newest = at
			}
		}
		last := -1
		for i, w := range all {
			if w.end != succeeded {
				continue
			}
			last = i
			if !applied[w.text] {
				out = append(out, violation{nothingLost, w.String()})
			}
		}
		may := func(w wrote) bool { return w.text == h.names[of] && w.end != failed }
		if last >= 0 && !slices.ContainsFunc(all[last:], may) {
			out = append(out, violation{noOlderOverNewer, fmt.Sprintf("%v is %q and not %q", of, h.names[of], all[last].text)})
		}
	}
	return append(out, h.failedUpdates()...)
}

// failedUpdates finds updates that are called failed and were applied, and not as another one that was sent again.
func (h history) failedUpdates() []violation {
	var out []violation
	for _, w := range h.writes {
		again := func(o wrote) bool {
			return o.tsp == w.tsp && o.record == w.record && o.text == w.text && o.end != failed
		}
		if w.what == anUpdate && w.end == failed && slices.Contains(h.changes, change{ofTSP{w.tsp, w.record}, w.text}) &&
			!slices.ContainsFunc(h.writes, again) {
			out = append(out, violation{failedIsNotMade, w.String()})
		}
	}
	return out
}

// disordered finds single messages between the same two that did not arrive in the order of their acceptance. Those
// with equal texts cannot be told apart.
func (h history) disordered() []violation {
	first, texts := map[thing]int{}, map[thing]int{}
	for i, t := range h.things {
		if _, known := first[t]; !known {
			first[t] = i
		}
	}
	for _, w := range h.writes {
		for _, t := range w.things() {
			texts[t]++
		}
	}
	type pair struct{ tsp, from, to string }
	last := map[pair]wrote{}
	var out []violation
	for _, w := range h.writes {
		if w.what != aMessage || w.end != succeeded || texts[w.things()[0]] > 1 {
			continue
		}
		at, made := first[w.things()[0]]
		if !made {
			continue
		}
		of := pair{w.tsp, w.from, w.to[0]}
		if before, ok := last[of]; ok && first[before.things()[0]] > at {
			out = append(out, violation{inOrder, fmt.Sprintf("%s came before %s", w, before)})
		}
		last[of] = w
	}
	return out
}

// shared finds source ids that two operations hold.
func (h history) shared() []violation {
	type made struct {
		tsp, id  string
		messages bool
	}
	var out []violation
	holders := map[made]string{}
	for _, w := range h.writes {
		if w.made == "" || w.end != succeeded || w.what == anUpdate {
			continue
		}
		of := made{w.tsp, w.made, w.what != aCreate}
		if other := holders[of]; other != "" {
			out = append(out, violation{idsAreOnes, fmt.Sprintf("%s, as %s", w, other)})
		}
		holders[of] = w.id
	}
	return out
}

// untrue finds sync answers that said something else than what became of the operation. Whether that is so at the TSP
// the other laws see.
func (h history) untrue() []violation {
	var out []violation
	for _, w := range h.writes {
		for _, r := range h.told[w.id] {
			if r.end != "" && r.end != w.end {
				out = append(out, violation{syncIsTrue, fmt.Sprintf("%d told %s of %s", r.status, r.end, w)})
			}
		}
	}
	return out
}
