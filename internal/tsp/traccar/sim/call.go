package sim

import (
	"cmp"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// everybody is the scope of operations that take everybody, also with wrong credentials (@PermitAll).
const everybody = "everybody"

// call is a call with its user, who is nil where everybody may call and nobody signed in.
type call struct {
	*simkit.Call
	caller
}

// caller is who calls, and whether the server's release has pages.
type caller struct {
	user  *simkit.Item
	pages bool
}

// handler does the work of an operation.
type handler func(tx *simkit.Tx, c *call) (any, error)

func (do handler) run(tx *simkit.Tx, c *simkit.Call) (any, error) {
	who, _ := c.Caller.(caller)
	return do(tx, &call{c, who})
}

// convert runs a handler whose parameters are converted before, as by JAX-RS: 404 when one is no whole number.
func (do handler) convert(tx *simkit.Tx, c *simkit.Call) (any, error) {
	for _, name := range []string{"userId", "groupId", "deviceId", "limit", "offset"} {
		if _, err := wholeNumber(cmp.Or(c.Query.Get(name), "0")); err != nil {
			return nil, err
		}
	}
	return do.run(tx, c)
}

// authenticate finds out who calls. JAX-RS matches the type of the body before the server asks that: 415 needs no
// credentials.
func (s *service) authenticate(c *simkit.Call) error {
	if err := match(c); err != nil {
		return err
	}
	return s.Host.Store.View(func(tx *simkit.Tx) error {
		user, err := signIn(tx, c.Request)
		if user == nil && err == nil && c.Operation.Scope != everybody {
			nobody := web(http.StatusUnauthorized)
			nobody.at = filtered(122)
			return nobody
		}
		c.Caller = caller{user, s.pages()}
		return err
	})
}

// match refuses a body that is not of the type that the operation takes, and reads forms.
func match(c *simkit.Call) error {
	raw, err := simkit.Body(c.Request)
	if err != nil {
		return web(http.StatusBadRequest)
	}
	kind, want := c.Request.Header.Get("Content-Type"), consumes(c)
	media, _, err := mime.ParseMediaType(kind)
	if given := kind != "" || len(raw) > 0; given && want != "" && (err != nil || media != want) {
		return web(http.StatusUnsupportedMediaType)
	}
	if !c.Operation.Form {
		return nil
	}
	if c.Request.PostForm, err = url.ParseQuery(string(raw)); err != nil {
		return web(http.StatusBadRequest)
	}
	return nil
}

// consumes is the type of the body of an operation (@Consumes), "" where none is looked at.
func consumes(c *simkit.Call) string {
	method, path, _ := strings.Cut(c.Name, " ")
	switch {
	case c.Operation.Form:
		return "application/x-www-form-urlencoded"
	case method == http.MethodPost, method == http.MethodPut, method == http.MethodDelete && path == "/api/permissions":
		return "application/json"
	}
	return ""
}

func (c *call) raw() []byte {
	raw, _ := simkit.Body(c.Request) // match refused what cannot be read
	return raw
}

// object reads a body that must be a JSON object.
func (c *call) object() (simkit.Object, error) {
	if len(c.raw()) == 0 {
		return nil, web(http.StatusBadRequest)
	}
	body, err := simkit.ParseObject(c.raw())
	if err != nil {
		return nil, jackson("Unexpected input: %s\n at [Source: UNKNOWN; line: 1, column: 1]", err)
	}
	return body, nil
}

// id is the id in the path. One that is no number is 404 (JAX-RS: a path parameter that cannot be converted). PUT never
// looks at it: the id in the body decides what is changed (api/BaseObjectResource.update has no @PathParam).
func (c *call) id() (int64, error) { return wholeNumber(c.ID()) }

func wholeNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, web(http.StatusNotFound)
	}
	return n, nil
}

// whole is a query parameter that is a whole number: 0 when it is absent or empty.
func (c *call) whole(name string) int64 {
	n, _ := wholeNumber(c.Query.Get(name))
	return n
}

// truth is a query parameter that is true or false; Java takes everything but "true" for false.
func (c *call) truth(name string) bool { return strings.EqualFold(c.Query.Get(name), "true") }
