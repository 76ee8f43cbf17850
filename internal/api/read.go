package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

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
