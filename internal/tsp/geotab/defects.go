package geotab

import (
	"context"
	"strings"
	"unicode"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// group is a Group as Geotab gives it; a defect list is a tree of them: list, parts, defects.
type group struct {
	ID       resource.SourceID `json:"id"`
	Name     string            `json:"name"`
	Children []ref             `json:"children"`
}

// defectTree holds the parts and defects of one list by their folded names, and of each its names: its own and then
// those of what it is a part of. labels are their own names as Geotab spells them.
type defectTree struct {
	labels map[resource.SourceID]string
	byName map[string]resource.SourceID
	other  resource.SourceID
	names  map[resource.SourceID][]string
}

// defects reads the tree of a defect list. Sessions keep it, because lists hardly ever change.
func (c *call) defects(ctx context.Context, list resource.SourceID) (defectTree, error) {
	return c.session.trees.get(c.session.adapter.now(), string(list), func() (defectTree, error) { return c.defectsOf(ctx, list) })
}

func (c *call) defectsOf(ctx context.Context, list resource.SourceID) (defectTree, error) {
	all, err := get[group](ctx, c, "Group", map[string]any{"id": list})
	if err != nil {
		return defectTree{}, err
	}
	if len(all) == 0 {
		return defectTree{}, &tsp.Error{Class: tsp.Rejected, Message: "there is no defect list " + string(list) +
			"; set the connection's setting " + settingDefects + " to the id of one"}
	}
	known := map[resource.SourceID]group{}
	for _, g := range all {
		known[g.ID] = g
	}
	tree := defectTree{labels: map[resource.SourceID]string{}, byName: map[string]resource.SourceID{},
		names: map[resource.SourceID][]string{}}
	parts := known[list].Children
	delete(known, list)
	for _, part := range parts {
		tree.add(known, part.ID, nil)
	}
	return tree, nil
}

// add takes up a group and what is below it; a name that occurs twice stands for the first.
func (t *defectTree) add(known map[resource.SourceID]group, id resource.SourceID, above []string) {
	g, ok := known[id]
	if !ok {
		return
	}
	delete(known, id) // once each: a circle would never end
	t.labels[id] = strings.TrimSpace(g.Name)
	name := folded(g.Name)
	t.names[id] = append([]string{name}, above...)
	if name != "" {
		if _, twice := t.byName[name]; !twice {
			t.byName[name] = id
		}
		if name == "other" && t.other == "" {
			t.other = id
		}
	}
	for _, child := range g.Children {
		t.add(known, child.ID, t.names[id])
	}
}

// word is our word for a group of the list: what the setting maps it from, else the word of its name or of what it
// is a part of, else "other".
func (t defectTree) word(id resource.SourceID, mapped []string) string {
	for _, pair := range mapped {
		if ours, theirs, ok := strings.Cut(pair, "="); ok && resource.SourceID(strings.TrimSpace(theirs)) == id {
			return strings.TrimSpace(ours)
		}
	}
	for _, name := range t.names[id] {
		for _, ours := range ourWords() {
			if folded(ours) == name {
				return ours
			}
		}
	}
	return "other"
}

// ourWords are the defects of the contract.
func ourWords() []string {
	schema, err := resource.For(resource.KindDvirLog, resource.Create)
	if err != nil {
		return nil
	}
	return schema.Field("defects").Values
}

// find returns the list's group for one of our defects: the one that the setting maps it to,
// the one of its name, else the part for others.
func (t defectTree) find(name string, mapped []string) (resource.SourceID, bool) {
	for _, pair := range mapped {
		if ours, id, ok := strings.Cut(pair, "="); ok && strings.TrimSpace(ours) == name {
			return resource.SourceID(strings.TrimSpace(id)), true
		}
	}
	if id, ok := t.byName[folded(name)]; ok {
		return id, true
	}
	return t.other, t.other != ""
}

// folded is a name without case, spaces and punctuation: "Belts/Hoses" and belts_hoses are one.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
