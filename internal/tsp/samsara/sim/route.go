package sim

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// call is one request that passed authentication, limits and shape.
type call struct {
	id    string // the last path segment of a route that ends in {id}, unescaped
	query url.Values
	body  simkit.Object
}

// handler does the work of a route inside a store transaction and returns the body of the 200.
type handler func(tx *simkit.Tx, c *call) (any, error)

// route is one operation.
type route struct {
	scope string
	// limit is the operation's own limit; N 0 means none is documented.
	limit simkit.Limit
	// query names the parameters that are served; any other is refused, so that a filter is never silently ignored.
	query []string
	// shape and required describe the JSON body of a write.
	shape    simkit.Shape
	required []string
	// tagged says that a token restricted to tags must give tagIds.
	tagged bool
	do     handler
}

// methods are the operations of one path.
type methods map[string]route

// serve finds the operation and runs it.
func (s *service) serve(r *http.Request) (any, error) {
	path, op, err := s.find(r)
	if err != nil {
		return nil, err
	}
	token, err := s.authenticate(r)
	if err != nil {
		return nil, err
	}
	if err := s.limit(token, op.limit); err != nil {
		return nil, err
	}
	if !token.allows(op.scope) {
		return nil, &refusal{status: http.StatusForbidden, message: "This token lacks the scope " + op.scope + "."}
	}
	c := &call{query: r.URL.Query()}
	if strings.HasSuffix(path, idSegment) {
		c.id, err = url.PathUnescape(lastSegment(r.URL.EscapedPath()))
		if err != nil {
			return nil, invalid("the id in the path is not well escaped")
		}
	}
	for name := range c.query {
		if !slices.Contains(op.query, name) {
			return nil, invalid("unknown query parameter %q", name)
		}
	}
	if op.shape == nil {
		return s.run(s.host.Store.View, op.do, c)
	}
	if c.body, err = readObject(r, op); err != nil {
		return nil, err
	}
	if err := token.checkTags(op, c.body); err != nil {
		return nil, err
	}
	return s.run(s.host.Store.Update, op.do, c)
}

func (s *service) run(in func(func(*simkit.Tx) error) error, do handler, c *call) (any, error) {
	var body any
	err := in(func(tx *simkit.Tx) (err error) {
		body, err = do(tx, c)
		return err
	})
	return body, taken(err)
}

// idSegment ends the template of a path that names one object.
const idSegment = "/{id}"

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// find returns the path template and the operation, or 404, or 405.
func (s *service) find(r *http.Request) (string, route, error) {
	path := r.URL.EscapedPath()
	ways, known := s.routes[path]
	if id := lastSegment(path); !known && id != "" {
		path = strings.TrimSuffix(path, "/"+id) + idSegment
		ways, known = s.routes[path]
	}
	if !known {
		return "", route{}, &refusal{status: http.StatusNotFound, message: "Not found."}
	}
	op, allowed := ways[r.Method]
	if !allowed {
		return "", route{}, &refusal{status: http.StatusMethodNotAllowed, message: "Method not allowed."}
	}
	return path, op, nil
}

// readObject reads the body and checks it against the route's shape.
func readObject(r *http.Request, op route) (simkit.Object, error) {
	data, err := simkit.Body(r)
	if errors.Is(err, simkit.ErrBodyTooLarge) {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, message: "Request body is too large."}
	}
	if err != nil {
		return nil, invalid("the body could not be read")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, invalid("the content type must be application/json")
	}
	body, err := simkit.ParseObject(data)
	if err != nil {
		return nil, invalid("invalid JSON: %s", err)
	}
	if err := op.shape.Check(body, op.required...); err != nil {
		return nil, invalid("%s", err)
	}
	return body, nil
}
