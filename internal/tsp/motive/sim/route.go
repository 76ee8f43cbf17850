package sim

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// call is one request that passed authentication, limits and shape.
type call struct {
	// id is the last path segment of a route that ends in {id}.
	id    string
	query url.Values
	body  simkit.Object
	// zone is that of X-Time-Zone, in which a time without a zone is read; UTC without the header.
	zone *time.Location
	// user is X-User-Id, on whose behalf the request is made; 0 when it was not sent.
	user int64
}

// handler does the work of a route inside a store transaction and returns the body of the success; nil is none.
type handler func(tx *simkit.Tx, c *call) (any, error)

// route is one operation.
type route struct {
	scope string
	// query names the parameters that are served; any other is refused, so that a filter is never silently ignored.
	query []string
	// shape and required describe the body of a write.
	shape    simkit.Shape
	required []string
	// inQuery says that the members of the body may stand in the query instead.
	inQuery bool
	// write says that the operation changes something.
	write bool
	// status of the success; 0 is 200.
	status int
	do     handler
}

// methods are the operations of one path.
type methods map[string]route

// serve finds the operation and runs it.
func (s *service) serve(r *http.Request) (int, any, error) {
	path, op, err := s.find(r)
	if err != nil {
		return 0, nil, err
	}
	who, err := s.authenticate(r)
	if err != nil {
		return 0, nil, err
	}
	if err := s.limit(); err != nil {
		return 0, nil, err
	}
	if !s.allows(who, op.scope) {
		return 0, nil, &refusal{status: http.StatusForbidden, message: "the scope " + op.scope + " was not granted"}
	}
	c, err := s.read(r, op)
	if err != nil {
		return 0, nil, err
	}
	if strings.HasSuffix(path, idSegment) {
		c.id = lastSegment(r.URL.Path)
	}
	body, err := s.run(who, op, c)
	status := max(op.status, http.StatusOK)
	if status == http.StatusCreated && !s.host.On(createsAnswer201) {
		status = http.StatusOK
	}
	return status, body, err
}

// errTestMode undoes what a key in test mode wrote.
var errTestMode = errors.New("a key in test mode keeps nothing")

func (s *service) run(who credential, op route, c *call) (any, error) {
	in := s.host.Store.View
	if op.write {
		in = s.host.Store.Update
	}
	var body any
	err := in(func(tx *simkit.Tx) (err error) {
		if c.user != 0 {
			if _, ok := tx.Get(users, strconv.FormatInt(c.user, 10)); !ok {
				return invalid("X-User-Id: there is no user %d", c.user)
			}
		}
		body, err = op.do(tx, c)
		if err == nil && op.write && who.test {
			return errTestMode
		}
		return err
	})
	if errors.Is(err, errTestMode) {
		err = nil
	}
	return body, taken(err)
}

// idSegment ends the template of a path that names one object.
const idSegment = "/{id}"

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// find returns the path template and the operation. A router of Rails answers 404 for a method that a path does not
// have, and 405 only for one that HTTP does not have.
func (s *service) find(r *http.Request) (string, route, error) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		return "", route{}, &refusal{status: http.StatusMethodNotAllowed, message: "method not allowed"}
	}
	path := r.URL.Path
	ways, known := s.routes[path]
	if id := lastSegment(path); !known && isDigits(id) {
		path = strings.TrimSuffix(path, "/"+id) + idSegment
		ways = s.routes[path]
	}
	op, found := ways[method]
	if !found {
		return "", route{}, missing()
	}
	return path, op, nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// limit takes the request out of the company's budget. No limit is documented; this one is what adapters are asked to
// keep to: 60 a minute, 10 at once.
func (s *service) limit() error {
	wait := s.host.Limiter.Take(s.host.Now(), simkit.Limit{Key: "company", N: 10, Per: 10 * time.Second})
	if wait == 0 {
		return nil
	}
	seconds := int64(math.Ceil(wait.Seconds()))
	return &refusal{status: http.StatusTooManyRequests, message: rateExceeded, retryAfter: seconds}
}
