package webhook

import (
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// What partners read of a subscription of which something was lost in the store.
const (
	lostURL = "the URL that is stored of the subscription cannot be read any more, so nothing is sent to it: PATCH it " +
		"with its url, and what waits goes there, or DELETE it"
	lostFilters = "the filters that are stored of the subscription cannot be read any more, so no event passes them: " +
		"PATCH it with its filters, or with null for none, or DELETE it"
)

// problem says what of the subscription was lost, and what helps; "" if nothing was.
func (s Subscription) problem() string {
	switch {
	case s.Damaged != nil:
		return lostURL
	case s.Filters != nil && s.Filters.Lost:
		return lostFilters
	}
	return ""
}

// usable refuses what would leave or make a subscription active of which something is lost.
func (s Subscription) usable() error {
	if why := s.problem(); why != "" {
		return problem.New(problem.Conflict, "%s", why)
	}
	return nil
}

// replaced is the subscription without what a body gives anew of the things that were lost.
func (s Subscription) replaced(o *resource.Object) Subscription {
	if o.Has("url") {
		s.Damaged = nil
	}
	if _, state := o.Value("filters"); state != resource.Absent {
		s.Filters = nil
	}
	return s
}
