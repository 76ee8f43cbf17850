package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// call is one call of a method, whether it came alone or in a multicall.
type call struct {
	host   string
	method string
	params simkit.Object
	// user is who calls; nil for methods without a session.
	user *simkit.Item
	// quota is the limit that the call was counted against.
	quota quota
}

// method is one method of the API.
type method struct {
	// params are those it takes beside credentials.
	params []string
	// open says that it takes no session.
	open bool
	// alone says that it cannot be part of a multicall.
	alone bool
	do    func(s *service, c *call) (any, error)
}

func methodOf(name string) (method, bool) {
	switch name {
	case "Authenticate":
		// Older clients of Python send global, and mg-api-node sends server.
		known := []string{"database", "userName", "password", "global", "server"}
		return method{params: known, open: true, alone: true, do: (*service).authenticate}, true
	case extendSession:
		return method{params: []string{"database", "userName", "sessionId"}, open: true, alone: true, do: (*service).extend}, true
	case "GetVersion":
		return method{open: true, do: getVersion}, true
	case "GetSystemTimeUtc":
		return method{open: true, do: getSystemTime}, true
	case "ExecuteMultiCall":
		return method{params: []string{"calls"}, alone: true, do: (*service).multiCall}, true
	case "Add", "Set", "Remove":
		return method{params: []string{"typeName", "entity"}, do: (*service).write}, true
	case "Get":
		return method{params: []string{"typeName", "search", "resultsLimit", "propertySelector", "sort"}, do: (*service).get}, true
	case "GetCountOf":
		return method{params: []string{"typeName", "search"}, do: (*service).count}, true
	}
	return method{}, false
}

// serve reads the body of a request and makes the call.
func (s *service) serve(c *call, data []byte) (any, error) {
	body, err := simkit.ParseObject(data)
	if err != nil {
		return nil, &exception{kind: typeJSON, code: codeJSON, message: "The JSON of the request cannot be read: " + err.Error()}
	}
	if err := s.known(body, "the request", "method", "params", "id", "jsonrpc"); err != nil {
		return nil, err
	}
	if err := s.outage(); err != nil {
		return nil, err
	}
	c.method = text(body, "method")
	m, ok := methodOf(c.method)
	if !ok {
		return nil, &exception{kind: typeMethod, code: codeMethod, message: "The method \"" + c.method + "\" could not be found."}
	}
	if c.params, ok = body["params"].(simkit.Object); !ok && body["params"] != nil {
		return nil, throw(typeCast, "params must be an object")
	}
	if !m.open {
		if err := s.enter(c); err != nil {
			return nil, err
		}
	}
	return s.make(c, m)
}

// make checks the parameters and does the work.
func (s *service) make(c *call, m method) (any, error) {
	if err := s.known(c.params, c.method, append(m.params, "credentials")...); err != nil {
		return nil, err
	}
	return m.do(s, c)
}

// known refuses members that are not among the names.
func (s *service) known(o simkit.Object, where string, names ...string) error {
	if s.host.On(ignoreUnknown) {
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
	case s.host.On(dbUnavailable):
		return throw(typeDatabase, "The database '%s' is not available (ConnectionFailure)", database)
	case s.host.On(serviceUnavailable):
		return throw("ServiceUnavailableException", "The service is temporarily unavailable")
	case s.host.On(genericException):
		return throw("GenericException", "An unexpected error has occurred")
	}
	return nil
}

func getVersion(*service, *call) (any, error) { return "11.0.2611.1", nil }

func getSystemTime(s *service, _ *call) (any, error) { return stamp(s.host.Now()), nil }

// multiCall makes calls in order, each on its own: what the calls before a failure have done stays. Results of calls
// without one are null, which is not documented.
func (s *service) multiCall(c *call) (any, error) {
	calls, ok := c.params["calls"].([]any)
	if !ok {
		return nil, throw(typeNull, "calls must be a list of calls")
	}
	results := make([]any, 0, len(calls))
	for at, v := range calls {
		result, err := s.nested(c, v)
		if err != nil {
			e := *exceptionOf(err)
			e.index = at
			return nil, &e
		}
		if _, none := result.(nothing); none {
			result = nil
		}
		results = append(results, result)
	}
	return results, nil
}

// nested makes one call of a multicall with the session of the whole.
func (s *service) nested(whole *call, v any) (any, error) {
	body, ok := v.(simkit.Object)
	if !ok {
		return nil, throw(typeCast, "a call of a multicall must be an object")
	}
	if err := s.known(body, "a call of a multicall", "method", "params"); err != nil {
		return nil, err
	}
	c := &call{host: whole.host, user: whole.user, method: text(body, "method")}
	m, ok := methodOf(c.method)
	switch {
	case !ok:
		return nil, &exception{kind: typeMethod, code: codeMethod, message: "The method \"" + c.method + "\" could not be found."}
	case m.alone:
		return nil, throw(typeOperation, "%s cannot be part of a multicall", c.method)
	}
	c.params, _ = body["params"].(simkit.Object)
	return s.make(c, m)
}
