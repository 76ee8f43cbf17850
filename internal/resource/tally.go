package resource

import (
	"fmt"
	"strconv"
	"strings"
)

// maxProblems bounds the answer to a request that is wrong a thousand times over.
const maxProblems = 100

// Tally collects what is wrong with a request. It keeps the first hundred problems and counts the
// rest, so that neither the answer nor the memory behind it grows with the request.
type Tally struct {
	kept []Problem
	more int
}

// Add adds problems. One that another tally made of its rest adds that to the rest of this one.
func (t *Tally) Add(found ...Problem) {
	for _, p := range found {
		switch rest := p.rest(); {
		case rest > 0:
			t.more += rest
		case t.Full():
			t.more++
		default:
			t.kept = append(t.kept, p)
		}
	}
}

// Full tells that further problems are only counted, so that nobody needs to find words for them.
func (t *Tally) Full() bool { return len(t.kept) >= maxProblems }

// Problems returns what was collected, and behind it a problem that counts the rest if there is one.
func (t *Tally) Problems() []Problem {
	if t.more == 0 {
		return t.kept
	}
	text := restBegins + strconv.Itoa(t.more) + restEnds
	if t.more == 1 {
		text = strings.TrimSuffix(text, "s")
	}
	return append(t.kept[:len(t.kept):len(t.kept)], Problem{Message: text, Code: CodeMore})
}

const (
	restBegins = "and "
	restEnds   = " more problems"
)

// rest is how many problems a problem stands for that counts others; 0 for any other.
func (p Problem) rest() int {
	n := 0
	if p.Code == CodeMore {
		_, _ = fmt.Sscanf(p.Message, restBegins+"%d", &n)
	}
	return n
}
