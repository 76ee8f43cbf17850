package samsara

import (
	"cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// text is how a three-state text goes into a body: absent, cleared or set. A new record has
// nothing to clear, and Samsara takes the empty text there as absent.
func text(o resource.Opt[string]) *string {
	if o.State() == resource.Absent {
		return nil
	}
	s := o.Or("")
	return &s
}

// value is how a field that cannot be cleared goes into a body.
func value[T any](o resource.Opt[T]) *T {
	if v, ok := o.Get(); ok {
		return &v
	}
	return nil
}

// recordID reads the id of a written record, which older versions of the API do not wrap in
// "data".
func recordID(a rest.Answer) (resource.SourceID, error) {
	answer, err := rest.Decode[struct {
		ID   resource.SourceID `json:"id"`
		Data struct {
			ID resource.SourceID `json:"id"`
		} `json:"data"`
	}](a)
	id := cmp.Or(answer.Data.ID, answer.ID)
	if err == nil && id == "" {
		err = a.Unconfirmed("Samsara's answer holds no id", nil)
	}
	return id, err
}

// problem is a value that Samsara would refuse.
func problem(path, input, code, message string) resource.Problem {
	return resource.Problem{Path: path, Input: resource.Excerpt(input), Code: code, Message: message}
}
