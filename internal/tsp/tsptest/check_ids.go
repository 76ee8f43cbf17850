package tsptest

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// checkOurIDs: none of our ids goes over the wire. The operation's may, as the TSP's own key.
func checkOurIDs(t *trial, f form) {
	d := f.writable()
	w := f.world(setup{})
	x := w.write(f, d, 1)
	_, calls := w.must(x)
	if w.finds() {
		_, _, _ = w.find(x)
	}
	ids := map[string]uuid.UUID{"connection_id": connectionID}
	for _, field := range f.schema.References() {
		for _, id := range field.IDs(x.Payload) {
			ids[field.Name] = id
		}
	}
	for _, c := range append(calls, w.front.seen()...) {
		text := wire(c)
		for name, id := range ids {
			for _, spelt := range []string{id.String(), strings.ReplaceAll(id.String(), "-", ""), string(id[:])} {
				if strings.Contains(text, strings.ToLower(spelt)) {
					t.errorf("%s is sent in %s %s", name, c.Method, c.URI)
				}
			}
		}
	}
}

// wire is all of a request as one text in lower case, escapes of the URL undone.
func wire(c *call) string {
	var out bytes.Buffer
	uri, err := url.QueryUnescape(c.URI)
	if err != nil {
		uri = c.URI
	}
	out.WriteString(c.URI + "\n" + uri + "\n")
	for name, values := range c.Header {
		out.WriteString(name + ": " + strings.Join(values, ", ") + "\n")
	}
	out.Write(c.Body)
	return strings.ToLower(out.String())
}
