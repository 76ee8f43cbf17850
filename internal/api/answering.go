package api

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// packedFrom is how large an answer must be to be compressed; below, the time is worth more.
const packedFrom = 4 << 10

// answering is the answer of one request: it knows whether it has begun, and packs what it may.
type answering struct {
	http.ResponseWriter
	packers *sync.Pool
	begun   bool
	// route is the pattern of what answers, and status what it has answered.
	route  string
	status int
	// over ends the trace of the request; nil where it is not followed.
	over func(route string, status int)
	// packs tells that the caller takes gzip. Only what is asked for by GET is packed: what holds
	// a secret beside a text of the caller's would give the secret away by its length (the attack
	// called BREACH), and secrets are in answers to POST and PATCH alone.
	packs bool
}

// newPackers returns compressors that are fast rather than good; each costs about a megabyte.
func newPackers() *sync.Pool {
	return &sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
		if err != nil {
			panic(err) // the level is a constant
		}
		return z
	}}
}

func (s *Server) answering(w http.ResponseWriter, r *http.Request) *answering {
	return &answering{ResponseWriter: w, packers: s.packers, packs: r.Method == http.MethodGet && takesGzip(r.Header)}
}

// WriteHeader begins the answer.
func (a *answering) WriteHeader(status int) {
	a.begun, a.status = true, status
	a.ResponseWriter.WriteHeader(status)
}

// Write begins the answer if nothing has.
func (a *answering) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun, a.status = true, http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// pack compresses a body if the caller takes that and it is worth it. The headers say so.
func (a *answering) pack(text []byte) []byte {
	if len(text) < packedFrom {
		return text
	}
	a.Header().Add("Vary", "Accept-Encoding")
	if !a.packs {
		return text
	}
	z := a.packers.Get().(*gzip.Writer)
	defer a.packers.Put(z)
	var out bytes.Buffer
	z.Reset(&out)
	// A buffer takes all there is.
	_, _ = z.Write(text)
	_ = z.Close()
	a.Header().Set("Content-Encoding", "gzip")
	return out.Bytes()
}

// takesGzip reads Accept-Encoding (RFC 9110 section 12.5.3).
func takesGzip(h http.Header) bool {
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "x-gzip" {
			continue
		}
		q, weighed := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(weight, " ", "")), "q=")
		f, err := strconv.ParseFloat(q, 64)
		return !weighed || err == nil && f > 0
	}
	return false
}
