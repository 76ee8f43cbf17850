package simkit

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Operation is one thing that the TSP can be asked.
type Operation struct {
	// Scope is what a caller must be allowed; Authenticate and Authorize of the API give it its meaning.
	Scope string
	// Limits are the budgets that a request is taken out of; one without a key is the operation's own.
	Limits []Limit
	// Query names the parameters that are served; any other is refused, so that a filter is never silently ignored.
	Query []string
	// Shape and Required describe the body; the body of an operation without a shape is not looked at.
	Shape    Shape
	Required []string
	// Form says that the body is a form instead of JSON; see ReadForm.
	Form bool
	// Status of the success; 0 is 200. Call.Status may say another.
	Status int
	// Writes says that a GET changes something, Reads that another method, or a call by name, changes nothing.
	Writes, Reads bool
	// Do does the work in a transaction and returns the body of the answer; nil is none.
	Do func(tx *Tx, c *Call) (any, error)
	// Run stands in place of Do where there must be no transaction around it, as for a call of several calls.
	Run func(c *Call) (any, error)
}

// Call is a request on its way through the steps of an API.
type Call struct {
	Request *http.Request
	// Name and Operation are those of the operation, once it is known.
	Name      string
	Operation Operation
	// Path holds the unescaped segments that stand for the template's braces, by name.
	Path  map[string]string
	Query url.Values
	Body  Object
	// Caller is who calls, in the simulator's own type.
	Caller any
	// Status and Answer are the status and the headers of a success.
	Status int
	Answer http.Header
	// Discard lets the call succeed and keeps nothing of what it did.
	Discard bool
}

// ID is the segment of the path that stands for {id}.
func (c *Call) ID() string { return c.Path["id"] }

// byPath finds the operation of a request by its method and path. Of several templates that match, the one with the
// fewest braces wins, then the first by name.
func (a *API) byPath(c *Call) (string, error) {
	path, method := c.Request.URL.EscapedPath(), c.Request.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	found := ""
	for name, values := range a.matching(path) {
		own, _, _ := strings.Cut(name, " ")
		better := len(values) < len(c.Path) || len(values) == len(c.Path) && name < found
		if own == method && (found == "" || better) {
			found, c.Path = name, values
		}
	}
	switch {
	case found != "":
		return found, nil
	case len(a.Methods(path)) > 0:
		return "", &Refusal{Status: http.StatusMethodNotAllowed}
	}
	return "", Missing()
}

// Methods are the methods that an escaped path takes, in the order of their names.
func (a *API) Methods(path string) []string {
	var methods []string
	for name := range a.matching(path) {
		method, _, _ := strings.Cut(name, " ")
		methods = append(methods, method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// matching are the operations whose template an escaped path fits, with the values of its braces.
func (a *API) matching(path string) map[string]map[string]string {
	all := map[string]map[string]string{}
	for name := range a.Operations {
		_, template, _ := strings.Cut(name, " ")
		if values, fits := segments(template, path); fits {
			all[name] = values
		}
	}
	return all
}

// segments matches an escaped path with a template.
func segments(template, path string) (map[string]string, bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	values := map[string]string{}
	for i, segment := range want {
		name, ok := strings.CutPrefix(segment, "{")
		value, err := url.PathUnescape(have[i])
		switch {
		case err != nil || !ok && segment != value || ok && value == "":
			return nil, false
		case ok:
			values[strings.TrimSuffix(name, "}")] = value
		}
	}
	return values, true
}
