package geotab

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// toldOf are our words for defects, each once, and what these do not say: remarks, and that there are several defects
// of one word. A defect's word is its remark, where that is ours, else what the list calls it.
func (c *call) toldOf(ctx context.Context, list resource.SourceID, defects []foundDefect,
) (words, notes []string, err error) {
	words = []string{}
	if len(defects) == 0 {
		return words, nil, nil
	}
	tree, err := c.knownDefects(ctx, list)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range defects {
		id := resource.SourceID(one.Defect)
		word, remarks := one.told()
		word = cmp.Or(word, tree.word(id, c.session.settings.List(settingDefectMap)))
		name := cmp.Or(tree.labels[id], word)
		again := slices.Contains(words, word)
		if !again {
			words = append(words, word)
		}
		switch {
		case len(remarks) > 0:
			notes = append(notes, name+": "+strings.Join(remarks, "; "))
		case again:
			notes = append(notes, name)
		}
	}
	return words, notes, nil
}

// told is the first remark that is a word of ours, and the others.
func (d foundDefect) told() (word string, remarks []string) {
	for _, r := range d.Remarks {
		switch {
		case word == "" && slices.Contains(ourWords(), r.Remark):
			word = r.Remark
		case r.Remark != "":
			remarks = append(remarks, r.Remark)
		}
	}
	return word, remarks
}

// knownDefects is a defect list, empty where it is not there or may not be seen.
func (c *call) knownDefects(ctx context.Context, list resource.SourceID) (defectTree, error) {
	tree, err := c.defects(ctx, list)
	if isOf(err, tsp.Rejected, tsp.Forbidden) {
		return defectTree{}, nil
	}
	return tree, err
}
