package sim

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// isAPI tells whether the API is at a path. Geotab's JavaScript client ends it with a slash, and its PHP client writes
// it in capitals (github.com/Geotab/mg-api-js lib/HttpCall.js 3.0.3 and mygeotab-php src/Geotab/API.php 2.1.1, read
// 2026-11-25).
func isAPI(path string) bool { return strings.EqualFold(strings.TrimSuffix(path, "/"), "/apiv1") }

// route finds the method that a request calls, and leaves its parameters in the body of the call.
func (s *service) route(c *simkit.Call) (string, error) {
	switch {
	case !isAPI(c.Request.URL.Path):
		return "", simkit.Missing()
	case c.Request.Method != http.MethodPost:
		return "", &simkit.Refusal{Status: http.StatusMethodNotAllowed}
	}
	body, err := parse(c.Request)
	if err != nil {
		return "", err
	}
	if err := s.known(body, "the request", "method", "params", "id", "jsonrpc"); err != nil {
		return "", err
	}
	if err := s.outage(); err != nil {
		return "", err
	}
	_, name, err := s.operationOf(body)
	if err != nil {
		return "", err
	}
	given, ok := body["params"].(simkit.Object)
	switch {
	case ok:
		c.Body = given
	case body["params"] == nil:
		c.Body = simkit.Object{}
	default:
		return "", throw(typeCast, "params must be an object")
	}
	return name, nil
}

// operationOf is the operation whose method a call names.
func (s *service) operationOf(body simkit.Object) (op simkit.Operation, name string, err error) {
	name = simkit.Text(body, "method")
	op, ok := s.Operations[name]
	if !ok {
		return op, name, coded(codeMethod, typeMethod, "The method \""+name+"\" could not be found.")
	}
	return op, name, nil
}

// known refuses members that are not among the names.
func (s *service) known(o simkit.Object, where string, names ...string) error {
	if s.Host.On(ignoreUnknown) {
		return nil
	}
	for _, name := range members(o) {
		if !slices.Contains(names, name) {
			return throw(typeMember, "%s has no member %q; it has %q", where, name, names)
		}
	}
	return nil
}

// outage is the failure that a switch has turned on for every call.
func (s *service) outage() error {
	switch {
	case s.Host.On(dbUnavailable):
		return throw(typeDatabase, "The database '%s' is not available (ConnectionFailure)", database)
	case s.Host.On(serviceUnavailable):
		return throw("ServiceUnavailableException", "The service is temporarily unavailable")
	case s.Host.On(genericException):
		return throw(typeGeneric, "An unexpected error has occurred")
	}
	return nil
}

// parse reads the call of a request.
func parse(r *http.Request) (simkit.Object, error) {
	data, err := simkit.Body(r)
	switch {
	case errors.Is(err, simkit.ErrBodyTooLarge):
		return nil, &simkit.Refusal{Status: http.StatusRequestEntityTooLarge}
	case err != nil:
		return nil, &simkit.Refusal{Status: http.StatusBadRequest}
	}
	body, err := simkit.ParseObject(callIn(r, data))
	if err != nil {
		return nil, coded(codeJSON, typeJSON, "The JSON of the request cannot be read: "+err.Error())
	}
	return body, nil
}

// formField is what a form begins with that holds a call.
const formField = "JSON-RPC="

// callIn is the JSON of a request. Geotab's older JavaScript clients send it in a form
// (github.com/Geotab/sdk src/software/js-samples/js/api.js and mg-api-node api.js 1.3.1, read 2026-11-25). JSON that
// calls itself a form, as curl -d does, is read as JSON; that is not documented.
func callIn(r *http.Request, data []byte) []byte {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	escaped, isForm := bytes.CutPrefix(data, []byte(formField))
	if !isForm || media != "application/x-www-form-urlencoded" {
		return data
	}
	text, err := url.QueryUnescape(string(escaped))
	if err != nil {
		return data
	}
	return []byte(text)
}
