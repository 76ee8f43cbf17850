package api

import (
	"io"
	"net/http"
	"time"
)

// heard is the body of a request, which knows whether it was read to its end.
type heard struct {
	io.ReadCloser
	over bool
}

// Read notes the end.
func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.over = h.over || err == io.EOF
	return n, err
}

// isOpen tells whether a body of which all was not read may come for as long as its sender likes. One of a known length
// is sent whole as a rule, and its connection is worth keeping, but for the lines of a batch.
func isOpen(r *http.Request) bool {
	return r.ContentLength < 0 || r.ContentLength > 0 && r.URL.Path == batchPath
}

// refuseUnread is refuse of a request whose body was not read to its end. The server would read it first, up to a bound,
// and so would whoever sends it slowly wait for the answer until the request has taken as long as it may. Where that may be
// the answer goes at once and the connection ends, behind a moment in which the sender may see that it need not go on.
func (s *Server) refuseUnread(w http.ResponseWriter, r *http.Request, err error) {
	if !isOpen(r) {
		s.refuse(w, r, err)
		return
	}
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex()
	w.Header().Set("Connection", "close")
	s.refuse(w, r, err)
	_ = control.Flush()
	until := time.Now()
	// Whoever waits to be told to go on is told not to.
	if r.Header.Get("Expect") == "" {
		until = until.Add(lingerTime)
	}
	if control.SetReadDeadline(until) == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}
