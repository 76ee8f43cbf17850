package samsara

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/resource"
)

// text is how a three-state text goes into a PATCH: absent, cleared or set.
func text(o resource.Opt[string]) *string {
	if o.State() == resource.Absent {
		return nil
	}
	s := o.Or("")
	return &s
}

// within refuses a text of fewer than least or more than most characters.
func within(path string, text resource.Opt[string], least, most int) []resource.Problem {
	s, ok := text.Get()
	n := utf8.RuneCountInString(s)
	problem := resource.Problem{Path: path, Input: resource.Excerpt(s)}
	switch {
	case !ok || (n >= least && n <= most):
		return nil
	case n < least:
		problem.Code, problem.Message = resource.CodeTooShort, "must have at least "+strconv.Itoa(least)+" characters at Samsara"
	default:
		problem.Code, problem.Message = codeTooLong, "must have at most "+strconv.Itoa(most)+" characters at Samsara"
	}
	return []resource.Problem{problem}
}

// unbounded is the most of a text whose length the document does not bound.
const unbounded = math.MaxInt

// codeTooLong is the code of the contract's own framework for texts that are too long.
const codeTooLong = "string_too_long"
