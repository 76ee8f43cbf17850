package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// Call is one request to the TSP.
type Call struct {
	Method string
	// Path is below the base URL, its segments escaped. {setting:key} stands for a setting of the
	// connection, which goes in as one segment.
	Path  string
	Query url.Values
	// Header is sent beside that of the adapter.
	Header http.Header
	// Body is sent as JSON, url.Values as a form; nil sends none.
	Body any
	// Reads tells that the call changes nothing although its method is none of GET and HEAD.
	Reads bool
	// Foreseen stands for the body of the answer in a preview, which makes no call: what of it goes into later calls,
	// with placeholders of tsp.Later's. nil leaves open all that follows from the answer.
	Foreseen any
	// Most bounds the answer in bytes; 0 is a mebibyte. A list that the TSP does not divide into
	// pages needs more: as much as its largest customer's.
	Most int64
}

func (c Call) reads() bool {
	return c.Reads || c.Method == http.MethodGet || c.Method == http.MethodHead
}

// Answer is what the TSP said. Only successes leave Send: answers of 2xx,
// and others that Answers.Class calls Done.
type Answer struct {
	// Method and Path are those of the call, and Base is the URL below which it was made; it tells
	// the accounts of a TSP apart that everybody hosts themselves.
	Method, Path, Base string
	Status             int
	Headers            http.Header
	// Body is bounded. Of an answer that is not 2xx it may be cut or empty.
	Body []byte

	reads bool
}

// Send makes one call with a session's credentials. It waits for the budget of every limit
// that covers the call first. Its error is an *tsp.Error.
type Send func(ctx context.Context, call Call) (Answer, error)

// Unconfirmed is the error for an answer of 2xx that does not confirm what was asked for. Of
// a write it means Unknown: the TSP may have taken it, and a look-up or, for updates, a
// repetition finds out, where Broken would end the operation as failed although the record
// may exist. Of a read it means Unavailable.
func (a Answer) Unconfirmed(message string, cause error) error {
	return a.fail(tsp.Unknown, message, cause)
}

// Unexpected is the error for an answer that can be read but is not what the TSP documents:
// its API has changed or we misread it, and repeating the call would not help. Class Broken.
func (a Answer) Unexpected(message string, cause error) error {
	return a.fail(tsp.Broken, message, cause)
}

// tooLong is the error for an answer of 2xx of which too little was read. What was asked for would
// be as long another time, so a read is not repeated; a write may have been taken.
func (a Answer) tooLong(most int64) error {
	message := fmt.Sprintf("the answer is longer than the %d bytes that the adapter reads of it", most)
	if a.reads {
		return a.Unexpected(message, nil)
	}
	return a.Unconfirmed(message, nil)
}

func (a Answer) fail(class tsp.Class, message string, cause error) error {
	return &tsp.Error{Class: settled(a.reads, class), Message: message, Status: a.Status, Headers: a.Headers, Err: cause}
}

// Decode reads the body of an answer of 2xx. Text that is no JSON is Unconfirmed: it may come
// from something between us and the TSP. JSON of another shape than T is Unexpected.
func Decode[T any](a Answer) (T, error) {
	var v T
	if err := json.Unmarshal(a.Body, &v); err != nil {
		if !isJSON(a.Body) {
			return v, a.Unconfirmed("the answer is not valid JSON", err)
		}
		return v, a.Unexpected("the answer has an unexpected shape", err)
	}
	return v, nil
}
