package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// maxBody bounds every request body. It bounds what a request can make the service hold in memory.
const maxBody = 1 << 20

// readBody returns a JSON body, bounded, of the right content type. Its errors are a 400 and not a
// 422, which names members: here none was read.
func readBody(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, error) {
	kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch charset := strings.ToLower(more["charset"]); {
	case err != nil || kind != contentType:
		return nil, problem.New(problem.BadRequest, "send the body as Content-Type: %s", contentType)
	case charset != "" && charset != "utf-8" && charset != "utf8" && charset != "us-ascii":
		return nil, problem.New(problem.BadRequest, "send the body as UTF-8, not as %s", resource.Excerpt(charset))
	}
	if coded := r.Header.Get("Content-Encoding"); coded != "" && !strings.EqualFold(coded, "identity") {
		return nil, problem.New(problem.BadRequest, "send the body as it is, without Content-Encoding")
	}
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

// noBody refuses a body where none is read: whoever sent a filter with a GET would get the whole list.
// What clients send for "nothing" passes.
func noBody(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if text := strings.TrimSpace(string(body)); err != nil || text != "" && text != "{}" && text != "null" {
		return problem.New(problem.BadRequest, "this request takes no body; leave it out")
	}
	return nil
}

// pathID returns a UUID of the path; one that is malformed is a problem of the request. It is a
// 422 that names the parameter and not a 404, which would say that there is no such thing.
func pathID(r *http.Request, name string) (uuid.UUID, error) {
	text := r.PathValue(name)
	id, ok := resource.ParseID(text)
	if !ok {
		return id, problem.InvalidBody(wrong(name, text, resource.NotAnID, resource.CodeUUID))
	}
	return id, nil
}

// recordID is pathID of a record. Whoever gives the TSP's id learns how ours is found: clients of the
// contract's first writes did so.
func recordID(r *http.Request, kind resource.Kind) (uuid.UUID, error) {
	id, err := pathID(r, "id")
	if err != nil {
		text := r.PathValue("id")
		message := resource.NotAnID + "; this takes Waybill's id, and " + resource.FindBySource(kind, text)
		err = problem.InvalidBody(wrong("id", text, message, resource.CodeUUID))
	}
	return id, err
}

// wrong is one detail of a 422. The input is cut to an excerpt, so that an answer cannot be made
// as long as its request.
func wrong(path, input, message, code string) resource.Problem {
	return resource.Problem{Path: resource.Excerpt(path), Input: resource.Excerpt(input), Message: message, Code: code}
}
