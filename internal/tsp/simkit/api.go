package simkit

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// API answers requests by a table of operations, for TSPs that speak JSON over HTTP. It finds
// the operation, has the request authorised, takes it out of the budgets, checks query and body,
// and runs the operation in one transaction, in this order.
type API struct {
	Host *Host
	// Operations are found by method and path, as in "PATCH /vehicles/{id}". A segment in braces
	// stands for any one.
	Operations map[string]Operation
	// Authorize refuses requests whose credentials are not good for the operation.
	Authorize func(r *http.Request, op Operation) error
	// Refuse writes a refusal in the TSP's words. Retry-After, in whole seconds, is set already.
	Refuse func(w http.ResponseWriter, r *http.Request, no *Refusal)
}

// Operation is one thing that the TSP can be asked.
type Operation struct {
	// Limits are the budgets that a request is taken out of.
	Limits []Limit
	// Query names the parameters that are served; any other is refused, so that a filter is never
	// silently ignored.
	Query []string
	// Shape and Required describe the JSON body; an operation without a shape has none.
	Shape    Shape
	Required []string
	// Status of the success; 0 is 200.
	Status int
	Do     func(tx *Tx, c *Call) (any, error)
}

// Call is a request that was authorised and whose query and body are of the operation's form.
type Call struct {
	// Path holds the unescaped segments that stand for the template's braces, by name.
	Path   map[string]string
	Query  url.Values
	Body   Object
	Header http.Header
}

// Refusal is an answer other than success.
type Refusal struct {
	Status  int
	Message string
	// RetryAfter is how long the caller must wait; 0 unless a budget is used up.
	RetryAfter time.Duration
}

// Error describes the refusal.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Message) }

// Refused makes a refusal.
func Refused(status int, format string, args ...any) error {
	return &Refusal{Status: status, Message: fmt.Sprintf(format, args...)}
}

// ServeHTTP answers one request.
func (a API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body, err := a.serve(r)
	if err == nil {
		WriteJSON(w, status, body)
		return
	}
	var no *Refusal
	var taken *TakenError
	switch {
	case errors.As(err, &no):
	case errors.As(err, &taken):
		no = &Refusal{Status: http.StatusConflict, Message: err.Error()}
	default:
		no = &Refusal{Status: http.StatusInternalServerError, Message: err.Error()}
	}
	if no.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(no.RetryAfter.Seconds()))))
	}
	a.Refuse(w, r, no)
}

func (a API) serve(r *http.Request) (status int, body any, err error) {
	op, path, err := a.find(r)
	if err != nil {
		return 0, nil, err
	}
	if err := a.Authorize(r, op); err != nil {
		return 0, nil, err
	}
	if wait := a.Host.Limiter.Take(a.Host.Now(), op.Limits...); wait > 0 {
		return 0, nil, &Refusal{Status: http.StatusTooManyRequests, Message: http.StatusText(http.StatusTooManyRequests), RetryAfter: wait}
	}
	c := &Call{Path: path, Query: r.URL.Query(), Header: r.Header}
	for name := range c.Query {
		if !slices.Contains(op.Query, name) {
			return 0, nil, Refused(http.StatusBadRequest, "unknown query parameter %q", name)
		}
	}
	if op.Shape != nil {
		if c.Body, err = op.read(r); err != nil {
			return 0, nil, err
		}
	}
	in := a.Host.Store.Update
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		in = a.Host.Store.View
	}
	err = in(func(tx *Tx) (err error) {
		body, err = op.Do(tx, c)
		return err
	})
	return max(op.Status, http.StatusOK), body, err
}

// find returns the operation of a request and the values of the braces in its path. Of several
// templates that match, the one with the fewest braces wins, then the first by name.
func (a API) find(r *http.Request) (Operation, map[string]string, error) {
	var found *Operation
	var path map[string]string
	status := http.StatusNotFound
	for _, key := range slices.Sorted(maps.Keys(a.Operations)) {
		op := a.Operations[key]
		method, template, _ := strings.Cut(key, " ")
		values, ok := segments(template, r.URL.EscapedPath())
		switch {
		case !ok:
		case method != r.Method:
			status = http.StatusMethodNotAllowed
		case found == nil || len(values) < len(path):
			found, path = &op, values
		}
	}
	if found == nil {
		return Operation{}, nil, &Refusal{Status: status, Message: http.StatusText(status)}
	}
	return *found, path, nil
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

// WriteJSON answers a value, with the members of objects in the order of their names; nil is an
// answer without a body.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	data, err := Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// read reads the body and holds it against the operation's shape.
func (op Operation) read(r *http.Request) (Object, error) {
	data, err := Body(r)
	switch {
	case errors.Is(err, ErrBodyTooLarge):
		return nil, Refused(http.StatusRequestEntityTooLarge, "the body is too large")
	case err != nil:
		return nil, Refused(http.StatusBadRequest, "the body could not be read")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, Refused(http.StatusUnsupportedMediaType, "the content type must be application/json")
	}
	body, err := ParseObject(data)
	if err != nil {
		return nil, Refused(http.StatusBadRequest, "invalid JSON: %s", err)
	}
	if err := op.Shape.Check(body, op.Required...); err != nil {
		return nil, Refused(http.StatusBadRequest, "%s", err)
	}
	return body, nil
}
