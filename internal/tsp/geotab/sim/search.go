package sim

import (
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// filter tells whether an entity fits one member of a search.
type filter func(q query, o simkit.Object, wanted any) (bool, error)

type filters map[string]filter

// query is one search within a view of the store.
type query struct {
	tx       *simkit.Tx
	loose    bool
	entities map[string]*entity
}

// run finds the entities of a type that fit every member of a search. A member that is not known is refused, so that a
// filter is never silently ignored; one that is null says nothing.
func (q query) run(e *entity, search any) ([]simkit.Object, error) {
	wanted, ok := search.(simkit.Object)
	if !ok && search != nil {
		return nil, cast("search", "must be an object")
	}
	for _, name := range members(wanted) {
		if e.search[name] == nil && !q.loose {
			return nil, throw(typeMember, "%sSearch has no member %q", e.name, name)
		}
	}
	var found []simkit.Object
	for _, i := range q.items(e, wanted) {
		shown := e.shown(q.tx, i)
		fits, err := q.fits(e, shown, wanted)
		if err != nil {
			return nil, err
		}
		if fits {
			e.unmark(shown)
			found = append(found, shown)
		}
	}
	return found, nil
}

// items are what a search has to look at.
func (q query) items(e *entity, wanted simkit.Object) []*simkit.Item {
	if id, ok := wanted["id"].(string); ok && e.collection != groups {
		if i, ok := e.find(q.tx, id); ok {
			return []*simkit.Item{i}
		}
		return nil
	}
	all := q.tx.Items(e.collection)
	if id, ok := wanted["id"].(string); ok {
		return slices.DeleteFunc(slices.Clone(all), func(i *simkit.Item) bool { return !below(q.tx, i.ID, id) })
	}
	if e.covers == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(i *simkit.Item) bool { return !e.covers(i.Object) })
}

func (q query) fits(e *entity, o, wanted simkit.Object) (bool, error) {
	for _, name := range members(wanted) {
		test := e.search[name]
		if test == nil || wanted[name] == nil {
			continue
		}
		if fits, err := test(q, o, wanted[name]); err != nil || !fits {
			return false, err
		}
	}
	return true, nil
}

// unlessOn is a filter that lets everything pass while a switch is on.
func (s *service) unlessOn(name string, narrow filter) filter {
	return func(q query, o simkit.Object, wanted any) (bool, error) {
		fits, err := narrow(q, o, wanted)
		return fits || err == nil && s.Host.On(name), err
	}
}

// wanting is a filter by a wanted value of one JSON type.
func wanting[T any](member, must string, fits func(q query, o simkit.Object, wanted T) bool) filter {
	return func(q query, o simkit.Object, wanted any) (bool, error) {
		value, ok := wanted.(T)
		if !ok {
			return false, cast("search."+member, must)
		}
		return fits(q, o, value), nil
	}
}

// byText fits a text without case; % stands for any text.
func byText(name string) filter {
	return wanting(name, "must be a string", func(_ query, o simkit.Object, pattern string) bool {
		return matches(pattern, simkit.Text(o, name))
	})
}

// byID fits the one entity.
func byID() filter {
	return wanting("id", "must be a string", func(_ query, o simkit.Object, id string) bool {
		return simkit.Text(o, "id") == id
	})
}

func byFlag(name string) filter {
	return wanting(name, "must be a boolean", func(_ query, o simkit.Object, wanted bool) bool {
		is, _ := o[name].(bool)
		return is == wanted
	})
}

// notBefore and notAfter fit a time.
func notBefore(name string) filter {
	return byTime(name, func(at, wanted time.Time) bool { return !at.Before(wanted) })
}

func notAfter(name string) filter {
	return byTime(name, func(at, wanted time.Time) bool { return !at.After(wanted) })
}

func byTime(name string, fits func(at, wanted time.Time) bool) filter {
	return func(_ query, o simkit.Object, wanted any) (bool, error) {
		v, err := readMoment("a time of the search", wanted)
		if err != nil {
			return false, err
		}
		return fits(momentOf(o[name]), momentOf(v)), nil
	}
}

// byEntity fits a reference to an entity that an inner search of its type finds.
func byEntity(name, of string) filter {
	return func(q query, o simkit.Object, wanted any) (bool, error) {
		found, err := q.run(q.entities[of], wanted)
		id := idIn(o[name])
		return slices.ContainsFunc(found, func(one simkit.Object) bool { return simkit.Text(one, "id") == id }), err
	}
}

// byGroups fits a member of any of the groups or of groups below them.
func byGroups(name string) filter {
	return wanting(name, "must be an array", func(q query, o simkit.Object, roots []any) bool {
		return slices.ContainsFunc(list(o, name), func(v any) bool {
			return slices.ContainsFunc(roots, func(root any) bool { return below(q.tx, idIn(v), idIn(root)) })
		})
	})
}
