package tsptest

import (
	"net/http"
	"net/http/httptest"
	"time"
)

// answers replies with a status, a content type and a body.
func answers(status int, contentType, body string) spoil {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// drop cuts the connection before anything is applied.
func drop(http.ResponseWriter, *http.Request, http.HandlerFunc) { panic(http.ErrAbortHandler) }

// applyThenDrop applies the request and cuts the connection.
func applyThenDrop(_ http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
	pass(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// hang never answers, and forgets the request when the caller gives up.
func hang(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
	select {
	case <-r.Context().Done():
	case <-time.After(time.Hour):
	}
	panic(http.ErrAbortHandler)
}

const (
	plainText = "text/plain; charset=utf-8"
	jsonText  = "application/json"
	htmlText  = "text/html"
	htmlPage  = "<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
)
