package sim

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// call is one request that found its method and is signed in.
type call struct {
	// segment stands at {id} in the path. PUT never looks at it: the id in the body decides what is changed
	// (api/BaseObjectResource.update has no @PathParam).
	segment string
	query   url.Values
	// rawQuery keeps the order of the parameters.
	rawQuery string
	raw      []byte
	form     url.Values
	request  *http.Request
	// user is nil where everybody may call and nobody signed in.
	user *simkit.Item
}

// handler does the work of a route inside a store transaction.
type handler func(tx *simkit.Tx, c *call) (any, error)

// route is one method of a path.
type route struct {
	do handler
	// query names the parameters that are served. Stricter than the server, which ignores any other.
	query []string
	// open routes take everybody, also with wrong credentials (@PermitAll).
	open bool
	// consumes is the type of the body, where there is one.
	consumes string
	write    bool
}

type methods map[string]route

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// serve finds the operation and runs it. JAX-RS matches path, method and type before the server asks who is calling:
// 404, 405 and 415 need no credentials.
func (s *service) serve(r *http.Request) (any, error) {
	op, segment, err := s.find(r)
	if err != nil {
		return nil, err
	}
	raw, err := simkit.Body(r)
	if err != nil {
		return nil, web(http.StatusBadRequest)
	}
	kind := r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(kind); (kind != "" || len(raw) > 0) && op.consumes != "" && (err != nil || media != op.consumes) {
		f := web(http.StatusUnsupportedMediaType)
		f.unmatched = true
		return nil, f
	}
	c := &call{segment: segment, query: r.URL.Query(), rawQuery: r.URL.RawQuery, raw: raw, request: r}
	if op.consumes == formType {
		if c.form, err = url.ParseQuery(string(raw)); err != nil {
			return nil, web(http.StatusBadRequest)
		}
	}
	return s.run(op, c)
}

func (s *service) run(op route, c *call) (any, error) {
	in := s.host.Store.View
	if op.write {
		in = s.host.Store.Update
	}
	var body any
	err := in(func(tx *simkit.Tx) (err error) {
		if c.user, err = signIn(tx, c.request); err != nil {
			return err
		}
		if c.user == nil && !op.open {
			return web(http.StatusUnauthorized)
		}
		for name := range c.query {
			if !slices.Contains(op.query, name) {
				return runtime("IllegalArgumentException", "unknown query parameter "+name)
			}
		}
		body, err = op.do(tx, c)
		return err
	})
	if half, ok := body.(partial); ok && err == nil {
		return nil, half.err
	}
	return body, err
}

// find returns the operation of a request and what stands at {id} in its path.
func (s *service) find(r *http.Request) (op route, segment string, err error) {
	ways, segment := s.ways(r.URL.Path)
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, found := ways[method]
	if found {
		return op, segment, nil
	}
	f := web(http.StatusNotFound)
	if ways != nil {
		f = web(http.StatusMethodNotAllowed)
		f.allow = allowed(ways)
	}
	f.unmatched = true
	return op, "", f
}

// ways are the methods of a path, nil if it has none.
func (s *service) ways(path string) (ways methods, segment string) {
	ways, known := s.routes[path]
	if parts := strings.Split(path, "/"); !known && len(parts) > 3 && parts[3] != "" {
		segment, parts[3] = parts[3], "{id}"
		ways = s.routes[strings.Join(parts, "/")]
	}
	return ways, segment
}

// id is the id in the path. One that is no number is 404 (JAX-RS: a path parameter that cannot be converted).
func (c *call) id() (int64, error) { return wholeNumber(c.segment) }

func wholeNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, web(http.StatusNotFound)
	}
	return n, nil
}

// long is a query parameter that is a whole number: 0 when it is absent or empty, 404 when it is none.
func (c *call) long(name string) (int64, error) {
	if c.query.Get(name) == "" {
		return 0, nil
	}
	return wholeNumber(c.query.Get(name))
}

// longs reads several of them.
func (c *call) longs(names ...string) (map[string]int64, error) {
	all := map[string]int64{}
	for _, name := range names {
		n, err := c.long(name)
		if err != nil {
			return nil, err
		}
		all[name] = n
	}
	return all, nil
}

// truth is a query parameter that is true or false; Java takes everything but "true" for false.
func (c *call) truth(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }
