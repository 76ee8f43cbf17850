package samsara

import "github.com/waybill-dev/waybill/internal/resource"

// text is how a three-state text goes into a PATCH: absent, cleared or set.
func text(o resource.Opt[string]) *string {
	if o.State() == resource.Absent {
		return nil
	}
	s := o.Or("")
	return &s
}
