package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// maxBody bounds every request body, as sent and as unpacked. It bounds what a request can make the
// service hold in memory.
const maxBody = 1 << 20

// readBody returns a JSON body, bounded, of the right content type. Its errors are a 400 or a 415 and
// not a 422, which names members: here none was read.
func readBody(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, error) {
	if err := isOf(r, contentType); err != nil {
		return nil, err
	}
	packed, err := isPacked(w, r)
	if err != nil {
		return nil, err
	}
	sent, err := readAll(w, r)
	if err != nil || !packed {
		return sent, err
	}
	return unpack(sent)
}

// isOf refuses a body that is not said to be of a content type in UTF-8.
func isOf(r *http.Request, contentType string) error {
	kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch charset := strings.ToLower(more["charset"]); {
	case err != nil || kind != contentType:
		return problem.New(problem.BadRequest, "send the body as Content-Type: %s", contentType)
	case charset != "" && charset != "utf-8" && charset != "utf8" && charset != "us-ascii":
		return problem.New(problem.BadRequest, "send the body as UTF-8, not as %s", resource.Excerpt(charset))
	}
	return nil
}

// readAll reads a body as it was sent.
func readAll(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem.New(problem.BadRequest, "the body is larger than 1 MiB")
	case err != nil:
		// The cause is left out: the caller broke the connection, and that is nothing for our log.
		return nil, &problem.Error{Code: problem.BadRequest, Detail: "the body could not be read to its end"}
	}
	return body, nil
}

// isPacked tells whether a body is compressed, and refuses what is encoded in another way.
func isPacked(w http.ResponseWriter, r *http.Request) (bool, error) {
	coded := strings.ToLower(strings.TrimSpace(strings.Join(r.Header.Values("Content-Encoding"), ", ")))
	switch coded {
	case "", "identity":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	}
	// RFC 9110 section 12.5.3 has it say what would be taken.
	w.Header().Set("Accept-Encoding", "gzip, identity")
	return false, problem.New(problem.UnsupportedMedia, "the body is encoded as %s; send it as it is, or with "+
		"Content-Encoding gzip", resource.Excerpt(coded))
}

// unpack uncompresses a body, as much of it as a body may have: a small one can stand for gigabytes.
func unpack(sent []byte) ([]byte, error) {
	var text []byte
	z, err := gzip.NewReader(bytes.NewReader(sent))
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(z, maxBody+1))
	}
	switch {
	case len(text) > maxBody:
		return nil, problem.New(problem.BadRequest, "the body is larger than 1 MiB when it is unpacked")
	case err != nil:
		return nil, problem.New(problem.BadRequest, "the body has Content-Encoding gzip and is none, or is not whole")
	}
	return text, nil
}

// optionalBody is readBody of a request that may have none; then it returns nil.
func optionalBody(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, error) {
	sent, err := readAll(w, r)
	if err != nil || isNothing(sent) {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	return readBody(w, r, contentType)
}

// isNothing tells whether a body is what clients send for none.
func isNothing(body []byte) bool {
	text := strings.TrimSpace(string(body))
	return text == "" || text == "{}" || text == "null"
}

// noBody refuses a body where none is read: whoever sent a filter with a GET would get the whole list.
// What clients send for "nothing" passes.
func noBody(w http.ResponseWriter, r *http.Request) error {
	body, err := readAll(w, r)
	if err != nil || !isNothing(body) {
		return problem.New(problem.BadRequest, "this request takes no body; leave it out")
	}
	return nil
}
