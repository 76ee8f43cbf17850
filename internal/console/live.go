package console

import (
	"net/http"
	"net/url"
	"time"
)

// liveCookie holds off for whoever wants pages to stay as they were opened.
const liveCookie = "waybill_live"

// live tells whether pages go on changing for whoever sent a request.
func live(r *http.Request) bool {
	cookie, err := r.Cookie(liveCookie)
	return err != nil || cookie.Value != "off"
}

// chooseLive keeps the choice for a year and leads back to where the visitor was.
func (c *Console) chooseLive(r *http.Request, _ Visitor) (answer, error) {
	chosen, age := r.PostFormValue("live"), int((365 * 24 * time.Hour).Seconds())
	switch chosen {
	case "off":
	case "on":
		chosen, age = "", -1
	default:
		return answer{}, wrongInput("live", chosen, "must be on or off")
	}
	cookie := &http.Cookie{Name: liveCookie, Value: chosen, Path: Root, MaxAge: age, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
	return answer{sheet: sheet{cookies: []*http.Cookie{cookie}}, to: back(r.PostFormValue("back"))}, nil
}

// living are the pages that have a stream, by their patterns, with what brings each up to date. Of a list only the rows
// change that are there: nothing moves under the hand of whoever reads it.
func (c *Console) living() map[string]updates {
	return map[string]updates{
		"GET /console/{$}":                     c.whole(c.showHome),
		"GET /console/operations":              c.rowsShown,
		"GET /console/operations/{id}":         c.whole(c.showOperation),
		"GET /console/lanes":                   c.lanesShown,
		"GET /console/jobs/{partner}/{id}":     c.whole(c.showJob),
		"GET /console/connections/{id}":        c.whole(c.showConnection),
		"GET /console/webhooks/{partner}/{id}": c.whole(c.showWebhook),
	}
}

// streamOf is where the stream of a page is; "" if it has none, or none is wanted.
func (c *Console) streamOf(r *http.Request, watched url.Values) string {
	if _, has := c.living()[r.Pattern]; !has || !live(r) {
		return ""
	}
	q := r.URL.Query()
	for name, values := range watched {
		q[name] = values
	}
	return with(r.URL.Path, q)
}
