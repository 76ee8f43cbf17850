package sim

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// isAPI tells whether the API is at a path. Geotab's JavaScript client ends it with a slash, and its PHP client writes
// it in capitals (github.com/Geotab/mg-api-js lib/HttpCall.js 3.0.3 and mygeotab-php src/Geotab/API.php 2.1.1, read
// 2026-11-25).
func isAPI(path string) bool { return strings.EqualFold(strings.TrimSuffix(path, "/"), "/apiv1") }

// formField is what a form begins with that holds a call.
const formField = "JSON-RPC="

// callIn is the JSON of a request. Geotab's older JavaScript clients send it in a form
// (github.com/Geotab/sdk src/software/js-samples/js/api.js and mg-api-node api.js 1.3.1, read 2026-11-25). JSON that
// calls itself a form, as curl -d does, is read as JSON; that is not documented.
func callIn(r *http.Request, data []byte) []byte {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	escaped, isForm := bytes.CutPrefix(data, []byte(formField))
	if !isForm || media != "application/x-www-form-urlencoded" {
		return data
	}
	text, err := url.QueryUnescape(string(escaped))
	if err != nil {
		return data
	}
	return []byte(text)
}

// parse reads the call of a request.
func parse(r *http.Request) simkit.Object {
	data, err := simkit.Body(r)
	if err != nil {
		return nil
	}
	body, _ := simkit.ParseObject(callIn(r, data))
	return body
}
