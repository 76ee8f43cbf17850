package console

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// attempt is one entry of an operation's log with its calls.
type attempt struct {
	N       int
	Look    Look
	Said    string
	At      time.Time
	Took    string
	Details string
	Meaning string
	Calls   []call
	// Absent says why there are no calls.
	Absent string
	Open   bool
}

// call is one exchange with the TSP, as it is shown.
type call struct {
	Label, Out, Back string
	// Said is the answer in a few words.
	Said, Took string
	// Folded tells that it is opened on demand: an entry of the log may hold many.
	Folded          bool
	Request, Answer template.HTML
}

// tries are the newest entries of the log, the newest one open.
func (n *namer) tries(op operation.Operation, kept []operation.Kept, most int) (all []attempt) {
	logs := op.ReadWith(kept).Logs
	for i := len(op.Attempts) - 1; i >= 0 && len(all) < most; i-- {
		a, l := op.Attempts[i], logs[i]
		one := attempt{N: a.N, Look: lookOfAttempt(a), Said: answerOf(a.Status), At: a.StartedAt, Took: took(a.EndedAt.Sub(a.StartedAt)),
			Details: n.logged(a), Meaning: n.meaning(op, a), Open: len(all) == 0}
		if a.Class == "" || ours(a) {
			one.Said = cut(n.said(op, a), 120)
		}
		if r := op.Resolution; r != nil && r.Entry == a.N {
			one.Look, one.Said = Look{"Resolved", "passed", idle}, cut(n.said(op, a), 120)
		}
		if l.Calls != nil && l.Absent != nil {
			one.Absent = absent(*l.Absent)
		}
		if l.Calls != nil && l.Exchanges != nil {
			for k, x := range *l.Exchanges {
				c := n.call(x, fmt.Sprintf("%d of try %d", k+1, a.N))
				c.Folded = k < len(*l.Exchanges)-1
				one.Calls = append(one.Calls, c)
			}
		}
		all = append(all, one)
	}
	return all
}

// absent says why a try has no calls to show.
func absent(code string) string {
	switch code {
	case "interrupted":
		return "Waybill stopped during this try, and what it had called was in its memory alone."
	case "with_first_part":
		return "The calls stand with the first entry of the same try."
	case "unreadable":
		return "What is stored of the calls cannot be read any more."
	}
	return "No calls are kept of this entry: it tells of none, or they are older than is kept."
}

// meaning says in a sentence what a class means for the write.
func (n *namer) meaning(op operation.Operation, a operation.Attempt) string {
	who := n.tsp(op)
	switch {
	case ours(a):
		return n.meantHere(op, a)
	case untold(a):
		return "Whether " + who + " was called is not told by this entry. It was not applied by it."
	}
	switch a.Class {
	case tsp.Done:
		return who + " confirmed it."
	case tsp.Rejected:
		return who + " understood it and refused it. It was not applied and is never retried by itself."
	case tsp.Unsupported:
		return who + " has no such write. It was not applied."
	case tsp.Missing:
		return who + " does not know a record that it names. It was not applied."
	case tsp.Forbidden:
		return "The credentials are good, and this write is not permitted to them. It was not applied."
	case tsp.Unauthorized:
		return who + " refused the credentials. It was not applied, and waits until they work again."
	case tsp.Throttled:
		return who + " asked to be left alone. It was not applied, and the try does not count."
	case tsp.Unavailable:
		return who + " certainly did not take it. The try does not count against the limit, and waits grow up to 15 min."
	case tsp.Unknown:
		return "No trustworthy answer: it may have been taken, so it is looked up before it is sent again."
	case tsp.Broken:
		return "A bug of ours, or an API that changed. It may have been taken, and is never retried by itself."
	}
	return "No attempt: it ended by other means."
}

// call is an exchange as it is shown.
func (n *namer) call(x tsp.Exchange, which string) call {
	purposes := map[tsp.Purpose]string{tsp.ForWrite: "The write", tsp.ForLookUp: "Looking it up", tsp.ForReadBack: "Reading it back",
		tsp.ForSignIn: "Signing in"}
	c := call{Label: purposes[x.Purpose], Said: "No answer", Out: "Request " + which, Back: "Answer to request " + which,
		Took: took(time.Duration(x.DurationMS) * time.Millisecond), Request: n.message(x.Request.Method+" "+n.address(x.Request.URL), x.Request.Headers, x.Request.Content)}
	switch {
	case x.Response != nil:
		c.Said = answerOf(x.Response.Status)
		c.Answer = n.message(c.Said, x.Response.Headers, x.Response.Content)
	case x.Error != nil:
		c.Answer = n.message(n.silence(*x.Error), nil, tsp.Content{})
	default:
		c.Answer = n.message("No answer", nil, tsp.Content{})
	}
	return c
}

// longestBody bounds what is shown of a body, in bytes.
const longestBody = 16 << 10

// message is a request or an answer. What is hidden in it stands as a box.
func (n *namer) message(line string, headers map[string]string, body tsp.Content) template.HTML {
	var b strings.Builder
	b.WriteString(`<span class="line">` + boxed(line) + "</span>\n")
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		b.WriteString(`<span class="name">` + boxed(name) + ":</span> " + boxed(n.header(name, headers[name])) + "\n")
	}
	switch {
	case body.Body == nil && body.BodyLength > 0:
		fmt.Fprintf(&b, "\n<span class=\"name\">(a body of %s bytes, which is not shown)</span>", count(int(body.BodyLength)))
	case body.Body == nil:
		b.WriteString("\n<span class=\"name\">(no body)</span>")
	case !n.open:
		b.WriteString("\n<span class=\"name\">(a body that you may not read; an admin can allow it)</span>")
	default:
		text := pretty(*body.Body)
		whole := len(text) <= longestBody && !body.BodyCut
		if len(text) > longestBody {
			text = strings.ToValidUTF8(text[:longestBody], "")
		}
		b.WriteString("\n" + boxed(text))
		if !whole {
			fmt.Fprintf(&b, "\n<span class=\"name\">(cut; %s bytes in all)</span>", count(int(body.BodyLength)))
		}
	}
	return template.HTML(b.String()) // every part is escaped, or ours
}

// boxed is a text in HTML, with a box for each secret that is hidden in it.
func boxed(text string) string {
	return strings.ReplaceAll(template.HTMLEscapeString(text), wire.Mask, `<span class="hidden">redacted</span>`)
}
