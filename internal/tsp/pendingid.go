package tsp

import (
	"crypto/rand"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// MadeBy is the placeholder for the source id of the record that an operation makes which has not ended.
func MadeBy(operation uuid.UUID) resource.SourceID {
	return resource.SourceID("{{id-of-operation-" + operation.String() + "}}")
}

var madeBy = regexp.MustCompile(`^\{\{id-of-operation-[0-9a-f-]{36}\}\}$`)

// pendingIDs are source ids that stand for those of records which are not made yet, while requests are previewed: adapters
// send ids as they are, and some know theirs for numbers. By each stands the placeholder that is told instead.
type pendingIDs map[resource.SourceID]resource.SourceID

// of returns a write with stand-ins in the place of placeholders.
func (s pendingIDs) of(w Write) (Write, error) {
	var err error
	put := func(id resource.SourceID) resource.SourceID {
		if !madeBy.MatchString(string(id)) {
			return id
		}
		for stand, placeholder := range s {
			if placeholder == id {
				return stand
			}
		}
		stand, failed := standIn()
		if failed != nil {
			err = failed
		}
		s[stand] = id
		return stand
	}
	w.Target, w.Refs = put(w.Target), maps.Clone(w.Refs)
	for field, ids := range w.Refs {
		ids = slices.Clone(ids)
		for i := range ids {
			ids[i] = put(ids[i])
		}
		w.Refs[field] = ids
	}
	return w, err
}

// standIn is an id that every TSP's form allows: a number that JSON keeps as it is, and that nobody else uses.
func standIn() (resource.SourceID, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e15))
	if err != nil {
		return "", fmt.Errorf("making a stand-in: %w", err)
	}
	return resource.SourceID(n.Add(n, big.NewInt(2e15)).String()), nil
}

// told returns a text of a request with placeholders in the place of stand-ins. In a body one that stood as a number
// stands as a text.
func (s pendingIDs) told(text string, body bool) string {
	for stand, placeholder := range s {
		if body {
			number := regexp.MustCompile(`([:,\[])` + string(stand) + `([,\]}])`)
			// Neighbours in a list share what stands between them.
			for number.MatchString(text) {
				text = number.ReplaceAllString(text, `${1}"`+string(placeholder)+`"${2}`)
			}
		}
		text = strings.ReplaceAll(text, string(stand), string(placeholder))
	}
	return text
}

// within lists the placeholders of those that a text holds.
func (s pendingIDs) within(text string) (all []string) {
	for stand, placeholder := range s {
		if strings.Contains(text, string(stand)) {
			all = append(all, string(placeholder))
		}
	}
	return all
}
