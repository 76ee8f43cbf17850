package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
)

// strictWriter takes the answers to a strict client. answerText, which writes every body, knows it;
// so no handler need know whom it answers.
type strictWriter struct {
	http.ResponseWriter
	method, path string
}

// Unwrap lets http.ResponseController reach what is wrapped.
func (w *strictWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// writer returns where a route answers its caller.
func (s *Server) writer(w http.ResponseWriter, who access.Principal, rt route) http.ResponseWriter {
	if !who.Strict {
		return w
	}
	return &strictWriter{w, rt.method, rt.path}
}

// shorten leaves out of a body what the contract lacks. One that cannot be read is a 500: it would not
// be what the client was promised.
func (s *Server) shorten(w *strictWriter, status int, text []byte) (int, []byte) {
	strict, err := s.Strict()
	if err == nil {
		text, err = strict.Answer(w.method, w.path, status, text)
	}
	if err != nil {
		s.Log.Error("leaving extensions out of an answer", "error", err)
		return broken()
	}
	return status, text
}

// broken answers instead of what cannot be encoded.
func broken() (status int, text []byte) {
	return http.StatusInternalServerError, []byte(`{"message":"Internal Server Error"}`)
}
