package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // time zones must be known on machines without a zone database

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// readHeaders takes the optional headers. That wrong ones are refused is not documented.
func (who *credential) readHeaders(h http.Header) error {
	who.zone = time.UTC
	if name := h.Get("X-Time-Zone"); name != "" {
		place, known := timeZones()[name]
		if !known {
			return simkit.Invalid("X-Time-Zone %q is not one of Motive's time zones", name)
		}
		zone, err := time.LoadLocation(place)
		if err != nil {
			return err
		}
		who.zone = zone
	}
	units := h.Get("X-Metric-Units")
	if units != "" && units != "true" && units != "false" {
		return simkit.Invalid("X-Metric-Units must be true or false")
	}
	who.metric = units == "true"
	if id := h.Get("X-User-Id"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n < 1 {
			return simkit.Invalid("X-User-Id must be the id of a user")
		}
		who.user = n
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

// prepare refuses to act on behalf of a user that there is not, and what the caller's key does not reach.
func prepare(tx *simkit.Tx, c *simkit.Call) error {
	user := caller(c).user
	if _, ok := tx.Get(users, idText(user)); !ok && user != 0 {
		return simkit.Invalid("X-User-Id: there is no user %d", user)
	}
	return checkScope(tx, c)
}

// readBody reads a JSON body, or takes it out of the query where the operation has its members there and there is no
// body.
func readBody(c *simkit.Call) (simkit.Object, error) {
	data, err := simkit.Body(c.Request)
	if err == nil && len(data) == 0 && slices.Contains(c.Operation.Query, "external_id") {
		return fromQuery(c.Query, c.Operation.Shape)
	}
	return simkit.ReadJSON(c.Request)
}

// fromQuery makes a body out of parameters: texts, and numbers where the shape takes no text.
func fromQuery(query url.Values, shape simkit.Shape) (simkit.Object, error) {
	body := simkit.Object{}
	for name, values := range query {
		if len(values) != 1 {
			return nil, simkit.Invalid("%s is given twice", name)
		}
		body[name] = values[0]
		if n, err := strconv.ParseInt(values[0], 10, 64); err == nil && shape[name] != nil && shape[name](n) == "" {
			body[name] = n
		}
	}
	return body, nil
}
