package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// trailerEntity is the obsolete Trailer: a Device of the trailers' group with few properties. Its longest name is that
// of the old entity.
func trailerEntity() *entity {
	e := deviceEntity()
	e.name, e.rates, e.covers, e.show = "Trailer", each(300), isTrailer, showTrailer
	e.rates["GetFeed"] = 300
	e.properties = properties{"name": {most: 255}, "comment": {most: 1024}, "groups": groupRefs()}
	e.search = filters{"id": byID(), "name": byText("name"), "comment": byText("comment"), "groups": byGroups("groups")}
	settle := e.writing.settle
	e.writing.settle = func(tx *simkit.Tx, before, after simkit.Object) error {
		refs := list(after, "groups")
		if before == nil && (named(refs, trailerGroup) || named(refs, vehicleGroup)) {
			return argument("Trailer.groups cannot hold %s or %s; they are the server's", trailerGroup, vehicleGroup)
		}
		if !named(refs, trailerGroup) {
			after["groups"] = append(slices.Clone(refs), any(refTo(trailerGroup)))
		}
		return settle(tx, before, after)
	}
	return e
}

func isTrailer(o simkit.Object) bool { return named(list(o, "groups"), trailerGroup) }

func showTrailer(_ *simkit.Tx, i *simkit.Item) simkit.Object {
	o := simkit.Object{"id": i.ID}
	for _, name := range []string{"name", "comment", "groups", versionMember} {
		o[name] = i.Object[name]
	}
	return o
}
