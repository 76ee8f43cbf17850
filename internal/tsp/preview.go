package tsp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Planned is a request that a write would make.
type Planned struct {
	// Purpose is ForWrite, ForSignIn or ForReadBack.
	Purpose Purpose `json:"purpose"`
	// Reads tells that the request changes nothing at the TSP: what follows depends on its answer.
	Reads   bool    `json:"reads"`
	Request Request `json:"request"`
	// Limits are the keys of the TSP's limits that it would be charged to.
	Limits []string `json:"limits"`
	// Placeholders are those that it holds.
	Placeholders []string `json:"placeholders"`
}

// Preview takes the place of the TSP while a write is made that must not be sent: it takes requests down, and each
// call ends there. It is the pacer of that write, too, so that it learns what each call is charged to.
//
// What would follow from an answer is a placeholder, such as {{id-of-answer-2}}: the answer to the second request.
type Preview struct {
	operation uuid.UUID
	// stands are what stands for the ids of records that other operations make yet.
	stands pendingIDs

	mu      sync.Mutex
	charged []string
	made    []Planned
	// back tells that what comes reads the record back.
	back bool
	// strays tells that an adapter tried to send a request past the preview.
	strays bool
}

// errPreviewed ends a call that was taken down.
type errPreviewed struct{ n int }

// Error says what became of the call.
func (e errPreviewed) Error() string { return "the call was taken down for a preview and not made" }

type previewKey struct{}

// PreviewOf returns the preview for which calls under a context are made; nil if they are to be sent. Whoever sends
// requests of an adapter asks it before each.
func PreviewOf(ctx context.Context) *Preview {
	p, _ := ctx.Value(previewKey{}).(*Preview)
	return p
}

// Take takes a request down instead of sending it. body is what stands for the answer's, with placeholders of Later's;
// it is returned with those numbered. Without a body the call ends with the error, which whoever makes calls hands on as
// any other: what follows from the call is Awaited.
func (p *Preview) Take(r Planned, body []byte) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.made) + 1
	if p.back && r.Purpose == ForWrite {
		r.Purpose = ForReadBack
	}
	r.Limits, p.charged = append([]string{}, p.charged...), nil
	before := textOf(r.Request)
	r.Request = p.named(r.Request)
	r.Placeholders = p.within(before, textOf(r.Request))
	p.made = append(p.made, r)
	if body == nil {
		return nil, &Error{Class: Unavailable, Own: true, Message: errPreviewed{n}.Error(), Err: errPreviewed{n}}
	}
	return placeholders.ReplaceAllFunc(body, func(found []byte) []byte {
		return []byte(numbered(strings.Trim(string(found), "{}"), n))
	}), nil
}

// placeholders are what stands for something that is not known before it is sent.
var placeholders = regexp.MustCompile(`\{\{[a-z0-9-]+\}\}`)

// operationID stands for the id of the operation, which a preview has not.
const operationID = "{{operation-id}}"

// Later is a placeholder in what stands for an answer: what will be there in the answer itself, in a few words such as
// "its-tags".
func Later(what string) string { return "{{" + what + "}}" }

func numbered(what string, n int) string { return fmt.Sprintf("{{%s-of-answer-%d}}", what, n) }

// Awaited returns the placeholder of what follows from the answer to a call that ended in a preview; false if err is no
// such end.
func Awaited(what string, err error) (string, bool) {
	var e errPreviewed
	if !errors.As(err, &e) {
		return "", false
	}
	return numbered(what, e.n), true
}

// IsPlaceholder tells whether a text is a placeholder and nothing else.
func IsPlaceholder(text string) bool { return placeholders.FindString(text) == text && text != "" }

// named puts the placeholder for what the operation's id makes different in each write, and undoes in the URL the escapes
// of placeholders.
func (p *Preview) named(r Request) Request {
	id, mark := p.spellings()
	name := strings.NewReplacer(id, operationID, mark, operationID)
	r.URL = p.stands.told(strings.NewReplacer("%7B%7B", "{{", "%7D%7D", "}}").Replace(name.Replace(r.URL)), false)
	r.Headers = maps.Clone(r.Headers)
	for key, value := range r.Headers {
		r.Headers[key] = p.stands.told(name.Replace(value), false)
	}
	if r.Body != nil {
		body := p.stands.told(name.Replace(*r.Body), true)
		r.Body = &body
	}
	return r
}

// spellings are the operation's id with hyphens and without.
func (p *Preview) spellings() (id, mark string) {
	return p.operation.String(), hex.EncodeToString(p.operation[:])
}

// within lists the placeholders of a request by its text before it was named and after.
func (p *Preview) within(before, after string) []string {
	found := append(answered.FindAllString(after, -1), p.stands.within(before)...)
	// The text of a caller may look like this one.
	if id, mark := p.spellings(); strings.Contains(before, id) || strings.Contains(before, mark) {
		found = append(found, operationID)
	}
	slices.Sort(found)
	return append([]string{}, slices.Compact(found)...)
}

// textOf is all in a request that may hold a placeholder.
func textOf(r Request) string {
	text := r.URL
	if r.Body != nil {
		text += "\n" + *r.Body
	}
	for _, value := range r.Headers {
		text += "\n" + value
	}
	return text
}

// answered are the placeholders of what follows from answers.
var answered = regexp.MustCompile(`\{\{[a-z0-9-]+-of-answer-[0-9]+\}\}`)

// Wait notes what the next call is charged to.
func (p *Preview) Wait(_ context.Context, limits ...string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.charged = limits
	return nil
}

// Enter lets the call go on to where it is taken down.
func (p *Preview) Enter(context.Context, ...string) (leave func(), err error) { return func() {}, nil }
