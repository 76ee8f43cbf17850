package sim

import (
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// entity is one type of entity as typeName names it. Several types may show one collection.
type entity struct {
	name       string
	collection string
	properties properties
	// required are what Add demands: the properties without a documented default.
	required []string
	// search are the members of a search, and sorts the property that each sortBy stands for.
	search filters
	sorts  map[string]string
	// most is the documented maximum of results.
	most int
	// rates are calls per minute by method; others have defaultRate.
	rates map[string]int
	// writing is nil for what callers can only read.
	writing *writing
	// covers tells whether an item of the collection is of this type; nil means all are.
	covers func(o simkit.Object) bool
	// show is the entity as answers show it; nil shows what is stored.
	show func(tx *simkit.Tx, i *simkit.Item) simkit.Object
	// drivers says that a driver's clearance is enough to write it.
	drivers bool
	// feeds says that GetFeed serves it.
	feeds bool
}

// writing is how an entity is made and changed.
type writing struct {
	// begin holds the defaults of a new entity.
	begin func(tx *simkit.Tx) simkit.Object
	// settle checks an entity as it would become and fills in what follows from it. before is nil for a new one.
	settle func(tx *simkit.Tx, before, after simkit.Object) error
	// keys are what only one entity may have.
	keys func(o simkit.Object) []string
	// addOnly says that the entity is added and removed and not set.
	addOnly bool
	// newID makes an id; nil counts.
	newID func(tx *simkit.Tx) string
	// kept does what goes beside storing; given is what the caller wrote. nil does nothing.
	kept func(tx *simkit.Tx, id string, given simkit.Object) error
	// dropped removes what belongs to a removed entity, or refuses; nil does nothing.
	dropped func(tx *simkit.Tx, i *simkit.Item) error
}

// What Get returns at most.
const (
	mostResults = 50_000
	mostDevices = 5_000
)

// table is every type of entity that the simulator serves.
func (s *service) table() map[string]*entity {
	all := map[string]*entity{}
	for _, e := range []*entity{
		deviceEntity(), untrackedEntity(), trailerEntity(), userEntity(), userRuleSetEntity(), groupEntity(),
		s.dvirEntity(), s.messageEntity(), fuelEntity(), driverChangeEntity(), ruleSetEntity(), propertyEntity(),
		propertySetEntity(),
	} {
		if e.most == 0 {
			e.most = mostResults
		}
		e.properties = e.properties.with(properties{"id": {}, versionMember: {unkept: true}})
		all[e.name] = e
	}
	return all
}

// each are the same rate for all methods.
func each(n int) map[string]int {
	return map[string]int{"Get": n, "Add": n, "Set": n, "Remove": n}
}

// entityOf finds the type that a call names.
func (s *service) entityOf(c *simkit.Call) (*entity, error) {
	name := simkit.Text(c.Body, "typeName")
	if name == "" {
		return nil, throw(typeNull, "typeName cannot be null or empty")
	}
	e, ok := s.entities[name]
	if !ok {
		return nil, throw(typeMethod, "The method \"%s\" with the type \"%s\" could not be found.", c.Name, name)
	}
	return e, nil
}

// find is the item of this type with an id.
func (e *entity) find(tx *simkit.Tx, id string) (*simkit.Item, bool) {
	i, ok := tx.Get(e.collection, id)
	return i, ok && (e.covers == nil || e.covers(i.Object))
}

// unmark takes out of what is shown what serves searches alone. What is stored is shown to several readers at once and
// stays as it is.
func (e *entity) unmark(shown simkit.Object) {
	if e.show != nil {
		delete(shown, modified)
	}
}

// shown is an item as answers show it, with its id.
func (e *entity) shown(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	if e.show != nil {
		return e.show(tx, i)
	}
	return i.Object
}
