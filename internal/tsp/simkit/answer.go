package simkit

import (
	"math"
	"net/http"
	"strconv"
	"strings"
)

// answer writes a success.
func (a *API) answer(w http.ResponseWriter, c *Call, body any) {
	for name, values := range c.Answer {
		w.Header()[name] = values
	}
	if a.WriteAnswer == nil {
		WriteJSON(w, c.Status, body)
		return
	}
	a.WriteAnswer(w, c, body)
}

// refuse writes an error as a refusal with a message.
func (a *API) refuse(w http.ResponseWriter, c *Call, err error) {
	no := *refusalOf(err)
	if no.Message == "" {
		no.Message = http.StatusText(no.Status)
		if text, own := a.Texts[no.Status]; own {
			no.Message = text
		}
	}
	if no.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(no.RetryAfter.Seconds()))))
	}
	if methods := a.Methods(c.Request.URL.EscapedPath()); no.Status == http.StatusMethodNotAllowed && len(methods) > 0 {
		w.Header().Set("Allow", strings.Join(methods, ", "))
	}
	a.WriteRefusal(w, c, &no)
}

// WriteJSON answers a value, with the members of objects in the order of their names; nil is an answer without a body.
// A Content-Type that is set already stays.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	data, err := Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{}`)
	}
	write(w, status, jsonType, data)
}

// WriteText answers plain text. A Content-Type that is set already stays.
func WriteText(w http.ResponseWriter, status int, text string) {
	write(w, status, "text/plain; charset=utf-8", []byte(text))
}

func write(w http.ResponseWriter, status int, kind string, data []byte) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
