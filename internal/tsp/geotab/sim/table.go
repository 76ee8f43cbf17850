package sim

import (
	"cmp"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Who may call an operation. One without a scope takes a session.
const (
	// signIn takes no session and cannot be part of a multicall.
	signIn = "sign in"
	// open takes no session.
	open = "open"
)

// operations are the methods of the API by name, with the parameters that each takes.
func (s *service) operations() map[string]simkit.Operation {
	write := simkit.Operation{Shape: params("typeName", "entity"), Do: s.on(mayWrite, s.write)}
	return map[string]simkit.Operation{
		// Older clients of Python send global, and mg-api-node sends server.
		"Authenticate": {
			Scope: signIn, Shape: params("database", "userName", "password", "global", "server"), Do: s.authenticate,
		},
		extendSession:      {Scope: signIn, Shape: params("database", "userName", "sessionId"), Do: extend},
		"GetVersion":       {Scope: open, Shape: params(), Do: getVersion},
		"GetSystemTimeUtc": {Scope: open, Shape: params(), Do: getSystemTime},
		"ExecuteMultiCall": {Shape: params("calls"), Run: s.multiCall},
		"Add":              write,
		"Set":              write,
		"Remove":           write,
		"Get": {
			Shape: params("typeName", "search", "resultsLimit", "propertySelector", "sort"), Reads: true,
			Do: s.on(mayRead, s.get),
		},
		"GetFeed": {
			Shape: params("typeName", "search", "resultsLimit", "propertySelector", "fromVersion"), Reads: true,
			Do: s.on(mayRead, s.feed),
		},
		"GetCountOf": {Shape: params("typeName", "search"), Do: s.on(mayRead, s.count), Reads: true},
	}
}

// params are the parameters of a method, which takes credentials beside them. What they hold is checked where it is
// used.
func params(names ...string) simkit.Shape {
	shape := simkit.Shape{"credentials": simkit.Any}
	for _, name := range names {
		shape[name] = simkit.Any
	}
	return shape
}

// on makes an operation of what is done with the entities of the type that a call names.
func (s *service) on(
	allows clearance, do func(tx *simkit.Tx, c *simkit.Call, e *entity) (any, error),
) func(tx *simkit.Tx, c *simkit.Call) (any, error) {
	return func(tx *simkit.Tx, c *simkit.Call) (any, error) {
		e, err := s.entityOf(c)
		if err != nil {
			return nil, err
		}
		if err := cmp.Or(s.takeFor(c, e), allows.check(tx, c, e)); err != nil {
			return nil, err
		}
		return do(tx, c, e)
	}
}

func getVersion(*simkit.Tx, *simkit.Call) (any, error) { return "11.0.2611.1", nil }

func getSystemTime(tx *simkit.Tx, _ *simkit.Call) (any, error) { return stamp(tx.Now()), nil }

// multiCall makes calls in order, each on its own: what the calls before a failure have done stays. Results of calls
// without one are null, which is not documented.
func (s *service) multiCall(c *simkit.Call) (any, error) {
	calls, ok := c.Body["calls"].([]any)
	if !ok {
		return nil, throw(typeNull, "calls must be a list of calls")
	}
	results := make([]any, 0, len(calls))
	for at, v := range calls {
		callerOf(c).at = at
		result, err := s.nested(c, v)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// nested makes one call of a multicall with the session of the whole.
func (s *service) nested(whole *simkit.Call, v any) (any, error) {
	body, ok := v.(simkit.Object)
	if !ok {
		return nil, throw(typeCast, "a call of a multicall must be an object")
	}
	if err := s.known(body, "a call of a multicall", "method", "params"); err != nil {
		return nil, err
	}
	op, name, err := s.operationOf(body)
	switch {
	case err != nil:
		return nil, err
	case op.Scope == signIn || op.Run != nil:
		return nil, throw(typeOperation, "%s cannot be part of a multicall", name)
	}
	given, _ := body["params"].(simkit.Object)
	if given == nil {
		given = simkit.Object{}
	}
	return s.Perform(&simkit.Call{
		Request: whole.Request, Name: name, Body: given, Caller: whole.Caller, Answer: http.Header{},
	})
}
