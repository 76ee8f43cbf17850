package sim

import (
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The roots of the trees of groups.
const (
	companyRoot  = "GroupCompanyId"
	securityRoot = "GroupSecurityId"
)

// parentMember holds a group's parent in the store. Answers show children instead.
const parentMember = "_parent"

// groupEntity is read only here.
func groupEntity() *entity {
	return &entity{
		name: "Group", collection: groups,
		search: filters{"id": byTree(), "name": byText("name"), "reference": byText("reference")},
		sorts:  map[string]string{"id": "id", "name": "name"},
		show:   showGroup,
	}
}

// byTree fits a group and all that is below it: groups come as a flat list, from which children give the tree.
func byTree() filter {
	return wanting("id", "must be a string", func(q query, o simkit.Object, root string) bool {
		return below(q.tx, simkit.Text(o, "id"), root)
	})
}

func showGroup(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	children := []any{}
	for _, other := range tx.After(groups, i.Seq) { // a parent is older than its children
		if simkit.Text(other.Object, parentMember) == i.ID {
			children = append(children, refTo(other.ID))
		}
	}
	return simkit.Object{
		"id": i.ID, "name": simkit.Text(i.Object, "name"), "children": children, "comments": "", "reference": "",
		"color": simkit.Object{"r": int64(0), "g": int64(0), "b": int64(0), "a": int64(0)},
	}
}

func parentOf(tx *simkit.Tx, id string) string {
	i, ok := tx.Get(groups, id)
	if !ok {
		return ""
	}
	return simkit.Text(i.Object, parentMember)
}

// below tells whether a group is the root or anywhere below it.
func below(tx *simkit.Tx, id, root string) bool {
	for id != "" && id != root {
		id = parentOf(tx, id)
	}
	return id == root && root != ""
}

// checkBranch refuses a list of groups that is empty or holds a group of another tree.
func checkBranch(tx *simkit.Tx, where string, refs []any, root string) error {
	if len(refs) == 0 {
		return argument("%s cannot be null or empty", where)
	}
	at := slices.IndexFunc(refs, func(v any) bool { return !below(tx, idIn(v), root) })
	if at >= 0 {
		return argument("%s: %q is not below %s", where, idIn(refs[at]), root)
	}
	return nil
}

func groupRefs() property { return property{kind: referencesKind, of: groups} }
