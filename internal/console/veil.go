package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// said is what an entry of the log says. TSPs quote what was written, names and addresses of people among it, and adapters
// do, so whoever may not read payloads is told the class of an answer and not its words; what Waybill says itself in full.
func (n *namer) said(op operation.Operation, a operation.Attempt) string {
	if n.open {
		return worded(a.Details)
	}
	if r := op.Resolution; r != nil && r.Entry == a.N {
		return "resolved by " + r.By + ": " + words(r.Outcome)
	}
	own, quotes := a.Said()
	switch own = worded(own); {
	case own == "":
		return n.judged(op, a)
	case quotes && !ours(a):
		return own + " (" + n.judged(op, a) + ")"
	}
	return own
}

// judged says an entry by its class alone, and by its status where that is the TSP's.
func (n *namer) judged(op operation.Operation, a operation.Attempt) string {
	switch {
	case ours(a):
		return n.withheld(op, a.Class)
	case untold(a):
		return "Refused, by Waybill or by " + n.tsp(op)
	case a.Status != 0:
		return n.classed(op, a.Class) + ", " + strconv.Itoa(a.Status)
	}
	return n.classed(op, a.Class)
}

// quoted is said where the words of others stand within ours.
func (n *namer) quoted(op operation.Operation, a operation.Attempt) string {
	if !n.open {
		return n.said(op, a)
	}
	return "“" + cut(worded(a.Details), 300) + "”"
}

// logged is what an entry of the log says word for word; of the words of others "" for whoever may not read them.
func (n *namer) logged(a operation.Attempt) string {
	if !n.open {
		own, _ := a.Said()
		return own
	}
	return a.Details
}

// silence is why there was no answer. It may quote an address, and so what was asked for.
func (n *namer) silence(err string) string {
	if !n.open {
		return "No answer"
	}
	return "No answer: " + err
}

// classed says a class in words.
func (n *namer) classed(op operation.Operation, of tsp.Class) string {
	who := n.tsp(op)
	switch of {
	case tsp.Done:
		return "Taken by " + who
	case tsp.Rejected:
		return "Refused by " + who
	case tsp.Unsupported:
		return "Not supported at " + who
	case tsp.Missing:
		return "Not known at " + who
	case tsp.Forbidden:
		return "Not permitted by " + who
	case tsp.Unauthorized:
		return "Credentials refused by " + who
	case tsp.Throttled:
		return "Throttled by " + who
	case tsp.Unavailable:
		return "Not taken by " + who + ", which was not available"
	case tsp.Unknown:
		return "No trustworthy answer of " + who
	case tsp.Broken:
		return "Broken: an answer of " + who + " that Waybill does not understand"
	}
	return "Ended without an attempt"
}

// veiled is what others have said, and something instead for whoever may not read it.
func veiled(who Visitor, text, instead string) string {
	if text == "" || who.Payloads {
		return text
	}
	return instead
}

// address is the URL of a call. A path names records by the TSP's own ids, and the values of a query are what was asked
// for, such as a name.
func (n *namer) address(text string) string {
	if n.open {
		return text
	}
	before, query, has := strings.Cut(text, "?")
	u, err := url.Parse(before)
	if err != nil || u.Host == "" {
		return wire.Mask
	}
	before = u.Scheme + "://" + u.Host + "/" + wire.Mask
	if !has {
		return before
	}
	var names []string
	for one := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(one, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			names = append(names, plain+"="+wire.Mask)
		}
	}
	return before + "?" + strings.Join(names, "&")
}

// header is the value of a header. Only of some is it known that nothing in them was written by others.
func (n *namer) header(name, value string) string {
	safe := []string{"content-type", "content-length", "date", "retry-after"}
	if n.open || slices.Contains(safe, strings.ToLower(name)) {
		return value
	}
	return wire.Mask
}

// source is the id that a record has at its TSP, which may be a name or a number plate; "" where there is none.
func (n *namer) source(id resource.SourceID) string {
	if id == "" || n.open {
		return string(id)
	}
	return "an id that is hidden from you"
}
