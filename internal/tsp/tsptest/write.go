package tsptest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// write makes the write of a draft that the nth operation asks for.
func (w *world) write(f form, d draft, n int) tsp.Write {
	x := tsp.Write{Capability: f.c, Payload: f.payload(d), Schema: f.schema, Refs: f.refs(d), Operation: operationID(n), Attempt: 1,
		SentAt: time.Now(), Settings: f.settings, Progress: new(progress), Pace: w.setup.pace}
	x.Secret = func(label string) []byte { return derived(n, label) }
	if f.c.Verb == resource.Update {
		target := w.t.target(f.c)
		x.Target, x.Collection = target.SourceID, target.Collection
	}
	return x
}

// refs are the source ids of the records that a draft names.
func (f form) refs(d draft) resource.Refs {
	payload, refs := f.payload(d), resource.Refs{}
	for _, field := range f.schema.References() {
		for _, own := range field.IDs(payload) {
			refs[field.Name] = append(refs[field.Name], f.t.suite.source(own))
		}
	}
	return refs
}

// derived is what Write.Secret gives: as long as a hash, and the same at each attempt.
func derived(n int, label string) []byte {
	sum := sha256.Sum256([]byte(fmt.Sprint("derived ", n, label)))
	return sum[:]
}

// perform writes, and tells which requests that took.
func (w *world) perform(x tsp.Write) (tsp.Written, []*call, error) {
	before := len(w.front.seen())
	out, err := w.session.Write(w.t.ctx, x)
	return out, w.front.seen()[before:], err
}

// must writes what has to succeed.
func (w *world) must(x tsp.Write) (tsp.Written, []*call) {
	out, calls, err := w.perform(x)
	if err != nil {
		w.t.fatalf("the write fails: %v\n%s", err, exchanged(calls))
	}
	return out, calls
}

// errNotStored is what a crash of the store looks like.
var errNotStored = errors.New("the process died before the mark was on disk")

// progress keeps steps as a store does that may fail.
type progress struct {
	Memory
	// failAt is the mark that fails, counted from 1; 0 is none.
	failAt int64
	marks  atomic.Int64
}

// Mark keeps a step, unless it is the one that fails.
func (p *progress) Mark(ctx context.Context, s tsp.Step) error {
	if p.marks.Add(1) == p.failAt {
		return errNotStored
	}
	return p.Memory.Mark(ctx, s)
}

// exchanged shows requests with their answers.
func exchanged(calls []*call) string {
	var out strings.Builder
	for _, c := range calls {
		answer := c.Answer[:min(len(c.Answer), 400)]
		fmt.Fprintf(&out, "%s  -> %d %s\n", dump([]*call{c}), c.Status, answer)
	}
	return out.String()
}

// dump shows requests with their headers in order and without what the connection adds.
func dump(calls []*call) string {
	var out bytes.Buffer
	for i, c := range calls {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "%s %s\n", c.Method, c.URI)
		for _, name := range slices.Sorted(maps.Keys(c.Header)) {
			if name != "Accept-Encoding" && name != "Content-Length" {
				fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(c.Header[name], ", "))
			}
		}
		if len(c.Body) > 0 {
			fmt.Fprintf(&out, "\n%s\n", c.Body)
		}
	}
	return out.String()
}
