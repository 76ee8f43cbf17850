package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// said is what an entry of the log says. TSPs quote what was written, names and addresses of people among it, so whoever
// may not read payloads is told the class of an answer and not its words.
func (n *namer) said(op operation.Operation, a operation.Attempt) string {
	if n.open {
		return worded(a.Details)
	}
	if r := op.Resolution; r != nil && r.Entry == a.N {
		return "resolved by " + r.By + ": " + words(r.Outcome)
	}
	text := n.classed(op, a.Class)
	if a.Status != 0 {
		text += ", " + strconv.Itoa(a.Status)
	}
	return text
}

// quoted is said where the words of others stand within ours.
func (n *namer) quoted(op operation.Operation, a operation.Attempt) string {
	if !n.open {
		return n.said(op, a)
	}
	return "“" + cut(worded(a.Details), 300) + "”"
}

// logged is what an entry of the log says word for word; "" for whoever may not read it.
func (n *namer) logged(a operation.Attempt) string {
	if !n.open {
		return ""
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

// address is the URL of a call. The values of a query are what was asked for, such as a name.
func (n *namer) address(text string) string {
	before, query, has := strings.Cut(text, "?")
	if n.open || !has {
		return text
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
