package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/problem"
)

// filterNames are the filters of the list of operations, and jobFilters those of them that a job has as well.
func filterNames() []string { return append(jobFilters(), "state", "reason") }

func jobFilters() []string {
	return []string{"tsp", "kind", "verb", "partner", "connection", "resource", "source_id", "since", "from", "to"}
}

// several is the parameter that is given once for each thing, such as each row that is ticked.
const several = "id"

// takes are the parameters of the pages that have some, by their patterns.
func takes() map[string][]string {
	return map[string][]string{
		"GET /console/{$}":                          {"range"},
		"GET /console/find":                         {"q"},
		"GET /console/operations":                   append(filterNames(), "page", "watch", "newest"),
		"GET /console/operations/all":               jobFilters(),
		"GET /console/operations/export":            filterNames(),
		"GET /console/operations/ticked":            {"filters", several},
		"GET /console/operations/{id}":              {"done", "of", "tries"},
		"GET /console/connections":                  {"state", "page"},
		"GET /console/connections/{id}":             {"done"},
		"GET /console/connections/{id}/credentials": {"kind"},
		"GET /console/lanes":                        {"page", "watch", "here"},
		"GET /console/webhooks":                     {"partner", "state", "page"},
		"GET /console/webhooks/{partner}/{id}":      {"done"},
		"GET /console/clients":                      {"page"},
		"GET /console/grants":                       {"partner", "page"},
		"GET /console/audit":                        {"last"},
	}
}

// checked refuses what a page would pass over: a filter that is lost shows, and acts on, more than was asked for.
func (r route) checked(of *http.Request) error {
	known, has := takes()[r.pattern]
	if !has {
		return nil
	}
	given, err := url.ParseQuery(of.URL.RawQuery)
	if err != nil {
		return problem.New(problem.BadRequest, "the address cannot be read behind its ?; write each parameter as name=value")
	}
	return only(given, known)
}

// only refuses parameters that are none of those which are known, and those that are given twice.
func only(given url.Values, known []string) error {
	wrong := &problem.Error{Code: problem.Invalid}
	for name, values := range given {
		message := ""
		switch {
		case !slices.Contains(known, name):
			message = "is nothing that this page takes; it takes " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
		case len(values) > 1 && name != several:
			message = "must be given once"
		default:
			continue
		}
		wrong.Details = append(wrong.Details, problem.Detail{Path: cut(name, 80), Input: cut(values[0], 200), Message: message})
	}
	if len(wrong.Details) == 0 {
		return nil
	}
	slices.SortFunc(wrong.Details, func(a, b problem.Detail) int { return strings.Compare(a.Path, b.Path) })
	return wrong
}
