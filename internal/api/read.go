package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// maxBody bounds every request body.
const maxBody = 1 << 20

// readBody returns a JSON body, bounded, of the right content type.
func readBody(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != contentType {
		return nil, problem.New(problem.BadRequest, "send the body as Content-Type: %s", contentType)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem.New(problem.BadRequest, "the body is larger than 1 MiB")
	case err != nil:
		return nil, &problem.Error{Code: problem.BadRequest, Detail: "the body could not be read to its end"}
	}
	return body, nil
}

// pathID returns a UUID of the path; one that is malformed is a problem of the request.
func pathID(r *http.Request, name string) (uuid.UUID, error) {
	text := r.PathValue(name)
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		return id, problem.InvalidBody(wrong(name, text, "must be a UUID", resource.CodeUUID))
	}
	return id, nil
}

func wrong(path, input, message, code string) problem.Detail {
	return problem.Detail{Path: path, Input: resource.Excerpt(input), Message: message, Code: code}
}

// query reads query parameters and collects what is wrong with them.
type query struct {
	r        *http.Request
	problems []problem.Detail
}

func (q *query) text(name string) string { return q.r.URL.Query().Get(name) }

func (q *query) wrong(name, message, code string) {
	q.problems = append(q.problems, wrong(name, q.text(name), message, code))
}

func (q *query) boolean(name string) bool {
	switch q.text(name) {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	q.wrong(name, "must be true or false", resource.CodeBoolean)
	return false
}

func (q *query) id(name string) uuid.UUID {
	text := q.text(name)
	if text == "" {
		return uuid.Nil
	}
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		q.wrong(name, "must be a UUID", resource.CodeUUID)
	}
	return id
}

func (q *query) time(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		q.wrong(name, "must be a date and time such as 2026-01-15T10:30:00Z", resource.CodeDateTime)
	}
	return t
}

func (q *query) integer(name string, fallback, low, high int) int {
	text := q.text(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		q.wrong(name, "must be an integer from "+strconv.Itoa(low)+" to "+strconv.Itoa(high), resource.CodeRange)
		return fallback
	}
	return n
}

// oneOf returns a parameter that must be one of a list of values, or absent.
func (q *query) oneOf(name string, values ...string) string {
	text := q.text(name)
	if text == "" {
		return ""
	}
	list := ""
	for _, v := range values {
		if v == text {
			return text
		}
		list += ", " + v
	}
	if len(values) > 12 {
		q.wrong(name, "is not a known value", resource.CodeEnum)
	} else {
		q.wrong(name, "must be one of "+list[2:], resource.CodeEnum)
	}
	return ""
}

func (q *query) err() error {
	if len(q.problems) > 0 {
		return problem.InvalidBody(q.problems...)
	}
	return nil
}
