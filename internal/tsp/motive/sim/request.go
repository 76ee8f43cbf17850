package sim

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // time zones must be known on machines without a zone database

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// read checks the headers, the query and the body of a request against its operation.
func (s *service) read(r *http.Request, op route) (*call, error) {
	c := &call{query: r.URL.Query()}
	if err := c.readHeaders(r.Header); err != nil {
		return nil, err
	}
	for name := range c.query {
		_, member := op.shape[name]
		if !slices.Contains(op.query, name) && !(op.inQuery && member) && !s.host.On(ignoreUnknown) {
			return nil, invalid("unknown query parameter %q", name)
		}
	}
	if op.shape == nil {
		return c, nil
	}
	body, err := readObject(r, op)
	if err != nil {
		return nil, err
	}
	if s.host.On(ignoreUnknown) {
		maps.DeleteFunc(body, func(name string, _ any) bool { return op.shape[name] == nil })
	}
	if err := op.shape.Check(body, op.required...); err != nil {
		return nil, invalid("%s", err)
	}
	c.body = body
	return c, nil
}

// readHeaders takes the optional headers. That wrong ones are refused is not documented.
func (c *call) readHeaders(h http.Header) error {
	c.zone = time.UTC
	if name := h.Get("X-Time-Zone"); name != "" {
		place, known := timeZones()[name]
		if !known {
			return invalid("X-Time-Zone %q is not one of Motive's time zones", name)
		}
		zone, err := time.LoadLocation(place)
		if err != nil {
			return err
		}
		c.zone = zone
	}
	if units := h.Get("X-Metric-Units"); units != "" && units != "true" && units != "false" {
		return invalid("X-Metric-Units must be true or false")
	}
	if id := h.Get("X-User-Id"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n < 1 {
			return invalid("X-User-Id must be the id of a user")
		}
		c.user = n
	}
	return nil
}

// timeZones are the documented names of time zones, which are those of Rails, with their names in the IANA database
// (developer-docs.gomotive.com/docs/time-zone, read 2026-11-23).
func timeZones() map[string]string {
	return map[string]string{
		"Atlantic Time (Canada)":      "America/Halifax",
		"Eastern Time (US & Canada)":  "America/New_York",
		"Indiana (East)":              "America/Indiana/Indianapolis",
		"Central Time (US & Canada)":  "America/Chicago",
		"Saskatchewan":                "America/Regina",
		"Mountain Time (US & Canada)": "America/Denver",
		"Arizona":                     "America/Phoenix",
		"Pacific Time (US & Canada)":  "America/Los_Angeles",
		"Alaska":                      "America/Anchorage",
	}
}

// readObject reads the body, or takes it out of the query where that is allowed and there is no body.
func readObject(r *http.Request, op route) (simkit.Object, error) {
	data, err := simkit.Body(r)
	if errors.Is(err, simkit.ErrBodyTooLarge) {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, message: "the body is too large"}
	}
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, message: "the body could not be read"}
	}
	if len(data) == 0 && op.inQuery {
		return fromQuery(r.URL.Query(), op.shape)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &refusal{status: http.StatusBadRequest, message: "the content type must be application/json"}
	}
	body, err := simkit.ParseObject(data)
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, message: "invalid JSON: " + err.Error()}
	}
	return body, nil
}

// fromQuery makes a body out of parameters: texts, and numbers where the shape takes no text.
func fromQuery(query url.Values, shape simkit.Shape) (simkit.Object, error) {
	body := simkit.Object{}
	for name, values := range query {
		if len(values) != 1 {
			return nil, invalid("%s is given twice", name)
		}
		body[name] = values[0]
		if n, err := strconv.ParseInt(values[0], 10, 64); err == nil && shape[name] != nil && shape[name](n) == "" {
			body[name] = n
		}
	}
	return body, nil
}
