package tsptest

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkSecrets: whatever the TSP echoes, no credential, renewed token, derived password or
// secret setting is in an error, a header, a result, a page, a log line, or the session itself
// when somebody prints it. Nor is a password that the TSP's own answers hold in an error or a result.
func checkSecrets(t *trial, f form) {
	d := f.writable()
	if without, ok := t.suite.withoutSecrets(); ok && f.action.Lacks(without) == "" {
		// What a secret setting would give is derived then.
		bare := t.form(without)
		bare.echo(bare.sample(), 0, plainText)
		bare.echo(bare.sample(), 400, jsonText)
	}
	for _, status := range []int{0, 400} {
		f.plant(d, status)
	}
	for _, status := range []int{0, 200, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503} {
		for _, contentType := range []string{plainText, jsonText} {
			if status == 0 && contentType == jsonText {
				continue
			}
			f.echo(d, status, contentType)
		}
	}
}

// echo lets every call be answered with the status and with all that it carried; 0 lets the
// simulator answer and adds the echo to its headers.
func (f form) echo(d draft, status int, contentType string) {
	w := f.world(setup{renewable: true})
	defer w.stop()
	w.front.expect(from(0, echo(status, contentType)))
	var asked []string
	x := w.write(f, d, 1)
	x.Secret = func(label string) []byte {
		asked = append(asked, label)
		return derived(1, label)
	}
	texts := map[string]string{"the session": spill(w.session)}
	add := func(what string, values ...any) {
		for _, v := range values {
			if e, ok := v.(*tsp.Error); ok && e == nil {
				continue
			}
			texts[what] += spill(v) + "\n"
		}
	}
	caller, target := w.caller()
	out, err := w.session.Write(f.t.ctx, x)
	add("a write", out, err)
	also, end := caller.Write(f.t.ctx, target, x)
	add("a write through the caller", also, end)
	account, err := w.session.Check(f.t.ctx, w.setup.pace)
	add("a check", account, err)
	for _, imports := range f.t.suite.spec.Imports {
		page, err := w.page(imports.Kind, "")
		add("a list", page, err)
	}
	if finder, ok := w.session.(tsp.Finder); ok {
		out, found, err := finder.Find(f.t.ctx, x)
		add("a look-up", out, found, err)
	}
	texts["the session afterwards"] = spill(w.session)
	texts["the log"] = w.log.String()
	secrets := w.secrets(asked)
	for what, text := range texts {
		if leak := leaks(text, secrets); leak != "" {
			f.t.once(what, "%s tells a secret when the TSP echoes what it gets with status %d: %s", what, status, leak)
		}
	}
}

// echo answers with all that a request carried.
func echo(status int, contentType string) spoil {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		all := carried(r)
		line := strings.Map(func(c rune) rune {
			if c < ' ' || c > '~' {
				return '_'
			}
			return c
		}, all)
		for _, name := range []string{"X-Echo", "Location", "Www-Authenticate", "X-Request-Id"} {
			w.Header().Set(name, "echo-"+line)
		}
		if status == 0 {
			pass(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		if contentType == jsonText {
			all = fmt.Sprintf(`{"message":%s,"error":{"message":%[1]s,"data":{"type":"GenericException"}},"errors":[{"message":%[1]s}]}`, quoted(all))
		}
		_, _ = w.Write([]byte(all))
	}
}

// carried is what a request holds, but for its body's length.
func carried(r *http.Request) string {
	var out strings.Builder
	for name, values := range r.Header {
		out.WriteString(name + "=" + strings.Join(values, ",") + " ")
	}
	out.WriteString(r.URL.RequestURI() + " ")
	if body, ok := r.Context().Value(bodyKey{}).([]byte); ok {
		out.Write(body)
	}
	return out.String()
}

// bodyKey is under which a front hands on a body that was read already.
type bodyKey struct{}

func withBody(r *http.Request, body []byte) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), bodyKey{}, body))
}
