package simkit

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The types of bodies.
const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// read checks the query of a call, and reads and checks its body.
func (a *API) read(c *Call) error {
	lenient := a.Host.On(a.Lenient)
	for _, name := range slices.Sorted(maps.Keys(c.Query)) {
		if a.Route == nil && !lenient && !slices.Contains(c.Operation.Query, name) {
			return Invalid("unknown query parameter %q", name)
		}
	}
	shape := c.Operation.Shape
	if shape == nil {
		return nil
	}
	if c.Body == nil {
		read := a.Read
		if read == nil {
			read = ReadBody
		}
		var err error
		if c.Body, err = read(c); err != nil {
			return err
		}
	}
	if lenient {
		maps.DeleteFunc(c.Body, func(name string, _ any) bool { return shape[name] == nil })
	}
	if err := shape.Check(c.Body, c.Operation.Required...); err != nil {
		return Invalid("%s", err)
	}
	return nil
}

// ReadBody reads the body of a call as its operation has it: a form or a JSON object.
func ReadBody(c *Call) (Object, error) {
	if c.Operation.Form {
		return ReadForm(c.Request)
	}
	return ReadJSON(c.Request)
}

// ReadJSON reads a body that is a JSON object and says so.
func ReadJSON(r *http.Request) (Object, error) {
	data, err := typed(r, jsonType)
	if err != nil {
		return nil, err
	}
	body, err := ParseObject(data)
	if err != nil {
		return nil, Refused(http.StatusBadRequest, "invalid JSON: %s", err)
	}
	return body, nil
}

// ReadForm reads a body that is a form. Its values are texts; a name that ends in [] is a list of texts, and any other
// may stand once.
func ReadForm(r *http.Request) (Object, error) {
	data, err := typed(r, formType)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(data))
	if err != nil {
		return nil, Refused(http.StatusBadRequest, "the form is not well encoded")
	}
	body := Object{}
	for name, values := range form {
		switch {
		case strings.HasSuffix(name, "[]"):
			list := make([]any, 0, len(values))
			for _, value := range values {
				list = append(list, value)
			}
			body[name] = list
		case len(values) > 1:
			return nil, Refused(http.StatusBadRequest, "%s is given twice", name)
		default:
			body[name] = values[0]
		}
	}
	return body, nil
}

// typed returns the body of a request that is of a type.
func typed(r *http.Request, want string) ([]byte, error) {
	data, err := Body(r)
	switch {
	case errors.Is(err, ErrBodyTooLarge):
		return nil, Refused(http.StatusRequestEntityTooLarge, "the body is too large")
	case err != nil:
		return nil, Refused(http.StatusBadRequest, "the body could not be read")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != want {
		return nil, Refused(http.StatusUnsupportedMediaType, "the content type must be %s", want)
	}
	return data, nil
}
