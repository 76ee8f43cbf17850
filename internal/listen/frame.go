package listen

import (
	"bytes"
	"math"
	"strconv"
)

// frame follows where the requests of a connection begin and end, as HTTP/1.1 frames them (RFC 9112
// section 6), to find those whose end can be understood in two ways: a proxy before this service that
// understands the other one would take part of a body for the next request, in another caller's name.
// The HTTP server reads such a request by one of the two and does not tell. What is malformed otherwise
// the server refuses by itself, and closes the connection.
type frame struct {
	in part
	// line is what was read of a line that is not whole, as much of it as can matter.
	line []byte
	// rest are the bytes of the body, or of its chunk, that are to come.
	rest int64
	// Of the head that is being read: whether it began, is that of HTTP/1.0, and how it frames its body.
	begun, old, chunked, measured bool
	why                           string
}

// part is a part of a request.
type part int

const (
	head part = iota
	body
	chunkSize
	chunk
	chunkEnd
	trailer
)

// longestLine is how much of a line is kept: more than any that frames.
const longestLine = 256

// The requests that are refused.
const (
	bothFramings = "the request has both Content-Length and Transfer-Encoding; send one of them"
	oldChunked   = "a request of HTTP/1.0 cannot have Transfer-Encoding; send Content-Length"
	folded       = "a header must be on one line"
)

// feed follows some more bytes, and tells why the connection is not to be trusted any more; "" if it is.
func (f *frame) feed(p []byte) (why string) {
	for len(p) > 0 && f.why == "" {
		if f.in == body || f.in == chunk {
			n := min(f.rest, int64(len(p)))
			p, f.rest = p[n:], f.rest-n
			if f.rest == 0 {
				f.after()
			}
			continue
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			f.keep(p)
			return ""
		}
		f.keep(p[:end])
		p = p[end+1:]
		line := bytes.TrimSuffix(f.line, []byte("\r"))
		f.line = f.line[:0]
		f.read(line)
	}
	return f.why
}

func (f *frame) keep(p []byte) {
	f.line = append(f.line, p[:min(len(p), longestLine-len(f.line))]...)
}

// after goes on behind a body or a chunk.
func (f *frame) after() {
	if f.chunked {
		f.in = chunkEnd
		return
	}
	f.next()
}

// read takes a whole line.
func (f *frame) read(line []byte) {
	switch f.in {
	case head:
		f.header(line)
	case chunkSize:
		f.rest = size(line, ';', 16)
		if f.in = chunk; f.rest == 0 {
			f.in = trailer
		}
	case chunkEnd:
		f.in = chunkSize
	case trailer:
		if len(line) == 0 {
			f.next()
		}
	}
}

// next begins another request.
func (f *frame) next() { *f = frame{line: f.line} }

// header takes a line of a head.
func (f *frame) header(line []byte) {
	switch {
	// The server skips some before a request line, and ends the connection at more.
	case !f.begun && len(bytes.Trim(line, "\r")) == 0:
		return
	case !f.begun:
		f.begun, f.old = true, bytes.HasSuffix(line, []byte(" HTTP/1.0"))
		return
	case len(line) == 0:
		f.headed()
		return
	case line[0] == ' ' || line[0] == '\t':
		f.why = folded
		return
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	switch {
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		f.chunked = true
	case bytes.EqualFold(name, []byte("Content-Length")):
		f.measured, f.rest = true, size(value, 0, 10)
	}
}

// headed goes on behind a head.
func (f *frame) headed() {
	switch {
	case f.chunked && f.measured:
		f.why = bothFramings
	case f.chunked && f.old:
		f.why = oldChunked
	case f.chunked:
		f.in = chunkSize
	case f.rest > 0:
		f.in = body
	default:
		f.next()
	}
}

// size reads a number up to a character. What is none ends the connection in the server, so that
// nothing comes behind it.
func size(text []byte, until byte, base int) int64 {
	if i := bytes.IndexByte(text, until); i >= 0 {
		text = text[:i]
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), base, 64)
	if err != nil || n < 0 {
		return math.MaxInt64
	}
	return n
}
