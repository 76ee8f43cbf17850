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

// defectTree holds the parts and defects of one list by their folded names.
type defectTree struct {
	byName map[string]resource.SourceID
	other  resource.SourceID
}

// defects reads the tree of a defect list. Sessions keep it, because lists hardly ever change.
func (c *call) defects(ctx context.Context, list resource.SourceID) (defectTree, error) {
	if tree, ok := c.session.defectTree(list); ok {
		return tree, nil
	}
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
	tree := defectTree{byName: map[string]resource.SourceID{}}
	tree.add(known, list, list)
	c.session.keepDefects(list, tree)
	return tree, nil
}

// add takes up what is below a group; a name that occurs twice stands for the first.
func (t *defectTree) add(known map[resource.SourceID]group, id, list resource.SourceID) {
	g := known[id]
	delete(known, id) // once each: a circle would never end
	if name := folded(g.Name); id != list && name != "" {
		if _, twice := t.byName[name]; !twice {
			t.byName[name] = id
		}
		if name == "other" && t.other == "" {
			t.other = id
		}
	}
	for _, child := range g.Children {
		if _, ok := known[child.ID]; ok {
			t.add(known, child.ID, list)
		}
	}
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
