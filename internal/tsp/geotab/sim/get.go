package sim

import (
	"cmp"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// get lists the entities that a search finds.
func (s *service) get(tx *simkit.Tx, c *simkit.Call, e *entity) (any, error) {
	found, err := s.search(tx, c, e)
	if err != nil {
		return nil, err
	}
	most, err := resultsLimit(c.Body, e)
	if err != nil {
		return nil, err
	}
	if found, err = s.sorted(c.Body, e, found); err != nil {
		return nil, err
	}
	return s.selected(c.Body, found[:min(len(found), most)])
}

// count is GetCountOf.
func (s *service) count(tx *simkit.Tx, c *simkit.Call, e *entity) (any, error) {
	found, err := s.search(tx, c, e)
	return int64(len(found)), err
}

// search finds the entities, in order of creation, as answers show them.
func (s *service) search(tx *simkit.Tx, c *simkit.Call, e *entity) ([]simkit.Object, error) {
	return query{tx: tx, loose: s.Host.On(ignoreUnknown), entities: s.entities}.run(e, c.Body["search"])
}

// resultsLimit is how many results the caller wants, or the most that there may be.
func resultsLimit(params simkit.Object, e *entity) (int, error) {
	v := params["resultsLimit"]
	if v == nil {
		return e.most, nil
	}
	n, ok := v.(int64)
	switch {
	case !ok:
		return 0, cast("resultsLimit", "must be an integer")
	case n < 1:
		return 0, throw(typeRange, "resultsLimit must be above 0")
	case n > int64(e.most):
		return 0, throw(typeOverLimit, "Supplied results limit (%d) exceeds maximum limit (%d).", n, e.most)
	}
	return int(n), nil
}

// sorted orders by a property, and by id where it is equal, and goes on behind the offset: the value of the property
// in the last result of the page before, with the id of that result as lastId.
func (s *service) sorted(params simkit.Object, e *entity, found []simkit.Object) ([]simkit.Object, error) {
	if params["sort"] == nil {
		return found, nil
	}
	sort, ok := params["sort"].(simkit.Object)
	if !ok {
		return nil, cast("sort", "must be an object")
	}
	if err := s.known(sort, "sort", "sortBy", "sortDirection", "offset", "lastId"); err != nil {
		return nil, err
	}
	by, known := e.sorts[simkit.Text(sort, "sortBy")]
	if !known {
		return nil, argument("sort.sortBy: %s cannot be sorted by %q", e.name, simkit.Text(sort, "sortBy"))
	}
	direction := 1
	switch simkit.Text(sort, "sortDirection") {
	case "", "asc":
	case "desc":
		direction = -1
	default:
		return nil, argument("sort.sortDirection must be asc or desc")
	}
	order := func(a, b place) int { return direction * a.compare(b, by) }
	slices.SortStableFunc(found, func(a, b simkit.Object) int { return order(placeOf(a, by), placeOf(b, by)) })
	offset, ok := sort["offset"].(string)
	if !ok {
		if sort["offset"] != nil {
			return nil, cast("sort.offset", "must be a string")
		}
		return found, nil
	}
	after := place{value: offset, id: simkit.Text(sort, "lastId")}
	if by == "id" {
		after.id = offset
	}
	behind := slices.IndexFunc(found, func(o simkit.Object) bool { return order(placeOf(o, by), after) > 0 })
	if behind < 0 {
		return nil, nil
	}
	return found[behind:], nil
}

// place is where an entity stands in an order.
type place struct{ value, id string }

func placeOf(o simkit.Object, by string) place {
	return place{value: simkit.Text(o, by), id: simkit.Text(o, "id")}
}

func (p place) compare(other place, by string) int {
	if by == "id" {
		return compareIDs(p.id, other.id)
	}
	return cmp.Or(cmp.Compare(p.value, other.value), compareIDs(p.id, other.id))
}
