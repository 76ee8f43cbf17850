package tsp

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Unverifiable says why records of a kind cannot be read back after a write; "" if they can.
func (s Spec) Unverifiable(kind resource.Kind) string {
	if why := s.WhyNotImported(kind); why != "" {
		return why
	}
	if slices.Contains(s.Reads, kind) {
		return ""
	}
	return s.DisplayName + " shows " + strings.ReplaceAll(kind.Facts().Plural, "-", " ") + " in lists, and none by itself"
}

// Verifiable lists the kinds that are written and whose records can be read back.
func (s Spec) Verifiable() []resource.Kind {
	return slices.DeleteFunc(resource.Kinds(), func(k resource.Kind) bool {
		written := false
		for c := range s.Actions {
			written = written || c.Kind == k
		}
		return !written || s.Unverifiable(k) != ""
	})
}
