package tsp

import (
	"fmt"
	"maps"
	"slices"
)

// Registry is the set of adapters that a program holds. It never changes once made.
type Registry struct {
	byName map[Name]Adapter
	bases  map[Name]string
}

// NewRegistry returns a registry of adapters. bases overrides the base URL of an adapter by
// name. Two adapters of one name, or a base URL for an unknown one, are an error.
func NewRegistry(adapters []Adapter, bases map[Name]string) (*Registry, error) {
	r := &Registry{byName: map[Name]Adapter{}, bases: bases}
	for _, a := range adapters {
		name := a.Spec().Name
		if _, twice := r.byName[name]; twice {
			return nil, fmt.Errorf("two adapters are named %s", name)
		}
		r.byName[name] = a
	}
	for name := range bases {
		if _, ok := r.byName[name]; !ok {
			return nil, fmt.Errorf("a base URL is set for %s, which is no adapter; there are %v", name, r.Names())
		}
	}
	return r, nil
}

// Adapter returns the adapter of that name.
func (r *Registry) Adapter(name Name) (Adapter, bool) {
	a, ok := r.byName[name]
	return a, ok
}

// Elsewhere tells whether the operator has set where a TSP answers, which stands instead of an address
// that credentials name.
func (r *Registry) Elsewhere(name Name) bool { return r.bases[name] != "" }

// BaseURL returns where a TSP answers: as the operator has set it, or else as its adapter says; "" where
// only credentials do.
func (r *Registry) BaseURL(name Name) string {
	if set := r.bases[name]; set != "" {
		return set
	}
	return r.byName[name].Spec().BaseURL
}

// Names lists the adapters in alphabetical order.
func (r *Registry) Names() []Name { return slices.Sorted(maps.Keys(r.byName)) }
