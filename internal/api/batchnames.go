package api

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// A line may name the create of a line before it: as {"line": 3} in the place of an id in a reference of its body, and as
// line:3 at the end of its path. What is named must have been answered, so such a line begins a group.
const (
	lineMember = "line"
	linePrefix = lineMember + ":"
)

// namedBack bounds how far back a line may name another, since the operations of so many are held.
const namedBack = 10_000

// lineNumbers finds what looks as if it named a line, in a body or a path.
var lineNumbers = regexp.MustCompile(`(?:"line"\s*|/line):\s*([0-9]{1,9})`)

// names tells whether a line may name others, and the last one that it does.
func (l line) names() (last int, any bool) {
	if !bytes.Contains(l.text, []byte(lineMember)) {
		return 0, false
	}
	for _, found := range lineNumbers.FindAllSubmatch(l.text, -1) {
		n, _ := strconv.Atoi(string(found[1]))
		last, any = max(last, n), true
	}
	return last, any
}

// waits tells whether a line names one that is not answered yet, as far as may be known.
func (c *creates) waits(l line) bool {
	last, _ := l.names()
	return last > c.upTo && last < l.n
}

// creates are the operations of a batch that make records, by their lines.
type creates struct {
	of map[int]uuid.UUID
	// upTo is the last line that was noted.
	upTo int
}

// note keeps those of a group that was answered, and forgets those that are too far back.
func (c *creates) note(g *group) {
	if g == nil || g.last <= c.upTo {
		return
	}
	for _, it := range g.items {
		if it.err == nil && it.Request.Verb == resource.Create && it.Operation.ID != uuid.Nil {
			c.of[it.n] = it.Operation.ID
		}
	}
	for ; c.upTo < g.last; c.upTo++ {
		delete(c.of, c.upTo+1-namedBack)
	}
}

// at returns the operation of a line that another one names, or why there is none.
func (b *batch) at(n, own int) (uuid.UUID, string) {
	id, made := b.creates.of[n]
	switch {
	case b.dry:
		return id, "names a line, and a dry run accepts none that could be named; name a record, or leave dry_run out"
	case n < 1 || n >= own:
		return id, fmt.Sprintf("names line %d; name a line before this one", n)
	case n < own-namedBack:
		return id, fmt.Sprintf("names line %d, which is more than %d lines back; name its operation by the id that it was answered with", n, namedBack)
	case !made:
		return id, fmt.Sprintf("names line %d, which makes no record: it was not accepted, or is no create", n)
	}
	return id, ""
}

// targetAt returns the record that a path is for, which it may name by a line.
func (b *batch) targetAt(o *resource.Object, own int, id string) (uuid.UUID, bool) {
	text, named := strings.CutPrefix(id, linePrefix)
	n, err := strconv.Atoi(text)
	if !named || err != nil {
		return resource.ParseID(id)
	}
	target, why := b.at(n, own)
	if why != "" {
		o.Refuse("path", resource.CodeReference, "%s", why)
	}
	return target, true
}

// asAlone is the path of a line as it would be by itself: what its key stands for must not depend on how it names a record.
func asAlone(path string, of operation.Request) string {
	if before, _, named := strings.Cut(path, "/"+linePrefix); named {
		return before + "/" + of.Target.String()
	}
	return path
}
