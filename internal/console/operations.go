package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// operationsPath is that of the list.
const operationsPath = Root + "operations"

// operationsView is what the list shows.
type operationsView struct {
	Facets  []facet
	Choices []choice
	// Kept are filters without a field in the form.
	Kept                 []facet
	Source               string
	Rows                 []row
	Newer, Older, Latest string
	// Unseen is what has come since the list was opened.
	Unseen newer
	Export string
	// All is where one acts on all that match; "" where no job has such a filter.
	All string
	// AllBarred says why one may not; "" if one may.
	AllBarred string
	// Ticks tells that rows can be ticked, and Filters is the list to which one comes back.
	Ticks   bool
	Filters string
	// Narrowed tells that a filter is set, and Looked that only a part was looked at.
	Narrowed, Looked bool
}

// facet is a link that narrows a list.
type facet struct {
	Word, Path, Count string
	Chosen            bool
}

// choice is one select of a form.
type choice struct {
	Name, Label string
	Options     []option
}

type option struct {
	Value, Word string
	Chosen      bool
}

// spans are the times by which the list is narrowed.
var spans = []struct {
	value, word string
	span        time.Duration
}{
	{"", "Any time", 0}, {"1h", "Last hour", time.Hour}, {"24h", "Last 24 hours", 24 * time.Hour},
	{"7d", "Last 7 days", 7 * 24 * time.Hour}, {"30d", "Last 30 days", 30 * 24 * time.Hour},
}

// listOperations shows a page of the operations of all partners.
func (c *Console) listOperations(r *http.Request, who Visitor) (answer, error) {
	q, of, err := c.survey(r)
	if err != nil {
		return answer{}, err
	}
	tally, err := c.Operations.Tally(r.Context(), of)
	if err != nil {
		return answer{}, err
	}
	found, err := c.Operations.Survey(r.Context(), of)
	if err != nil {
		return answer{}, err
	}
	v := operationsView{Facets: facetsOf(q, of, tally), Choices: c.choices(q), Source: q.Get("source_id"),
		Narrowed: len(q) > 0, Looked: len(found.Items) < rowsShown && !found.Next.IsZero()}
	for _, name := range []string{"state", "partner", "connection", "resource", "from", "to"} {
		if q.Has(name) {
			v.Kept = append(v.Kept, facet{Word: name, Path: without(q, name), Count: q.Get(name)})
		}
	}
	v.Export = with(operationsPath+"/export", q)
	v.AllBarred = c.barred(act{}, who, Operator).Barred
	if of.Cause == "" {
		all := cloned(q)
		all.Del("state")
		v.All = with(operationsPath+"/all", all)
	}
	n := c.namer(r.Context(), who)
	for _, op := range found.Items {
		one := n.row(op)
		one.Tick = c.ticks(who)
		v.Rows = append(v.Rows, one)
	}
	if v.Ticks = c.ticks(who) && len(v.Rows) > 0; v.Ticks {
		v.Filters = r.URL.RawQuery
	}
	v.Newer, v.Older = beside(operationsPath, q, found.Previous, true), beside(operationsPath, q, found.Next, false)
	if v.Newer != "" {
		v.Latest = with(operationsPath, q)
	}
	return answer{sheet: sheet{name: "operations", Title: "Operations", Place: "Operations", Content: v, watched: watched(q, found.Items)}}, nil
}

// ticks tells whether a visitor may act on rows of a list.
func (c *Console) ticks(who Visitor) bool { return c.barred(act{}, who, Operator).Barred == "" }

func listOf(q url.Values) page.List { return page.List{Path: operationsPath, Filters: q.Encode()} }

// facetsOf are the states with how many are at each, where that was counted.
func facetsOf(q url.Values, of operation.Survey, t operation.Tally) []facet {
	all := []facet{{Word: "All", Path: without(q, "state"), Chosen: of.Stage == ""}}
	if !t.Partial {
		all[0].Count = counted(t.All)
	}
	for _, s := range operation.Counted() {
		next := cloned(q)
		next.Set("state", string(s))
		if s != operation.StageLive {
			next.Del("reason")
		}
		word := "Not ended"
		if look, is := stages()[s]; is {
			word = look.Word
		}
		one := facet{Word: word, Path: with(operationsPath, next), Chosen: s == of.Stage}
		if n, is := t.Of[s]; is {
			one.Count = counted(n)
		}
		all = append(all, one)
	}
	return all
}

// counted is a number that may be the least of it.
func counted(n operation.Count) string {
	if n.AtLeast {
		return count(n.N) + "+"
	}
	return count(n.N)
}

// choices are the selects of the form.
func (c *Console) choices(q url.Values) []choice {
	tsps := []option{{"", "Any TSP", false}}
	for _, name := range c.TSPs.Names() {
		tsps = append(tsps, option{string(name), displayName(c.TSPs, name), false})
	}
	kinds := []option{{"", "Any kind", false}}
	for _, k := range resource.Kinds() {
		kinds = append(kinds, option{string(k), capital(words(k)), false})
	}
	reasons := []option{{"", "Any reason", false}}
	for _, cause := range operation.Causes() {
		reasons = append(reasons, option{string(cause), capital(words(cause)), false})
	}
	var times []option
	for _, s := range spans {
		times = append(times, option{s.value, s.word, false})
	}
	all := []choice{{"tsp", "TSP", tsps}, {"kind", "Kind", kinds},
		{"verb", "Create or update", []option{{"", "Create or update", false}, {"create", "Create", false}, {"update", "Update", false}}},
		{"reason", "Why it waits", reasons}, {"since", "Time", times}}
	for _, one := range all {
		for i := range one.Options {
			one.Options[i].Chosen = one.Options[i].Value == q.Get(one.Name)
		}
	}
	return all
}

func displayName(of *tsp.Registry, name tsp.Name) string {
	if adapter, ok := of.Adapter(name); ok {
		return adapter.Spec().DisplayName
	}
	return string(name)
}

func cloned(q url.Values) url.Values {
	out := url.Values{}
	for name, all := range q {
		out[name] = slices.Clone(all)
	}
	return out
}

// without is the address of a list with one filter less.
func without(q url.Values, name string) string {
	next := cloned(q)
	next.Del(name)
	return with(operationsPath, next)
}
