package console

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// field is one of a write, with what becomes of it.
type field struct {
	Name, Asked, Becomes string
	// Warns is what is told of it, and Look how it fared where that is worth a look.
	Warns string
	Look  *Look
}

// fields are what was asked, field by field.
func (n *namer) fields(op operation.Operation) (all []field) {
	var uses tsp.Uses
	if adapter, ok := n.TSPs.Adapter(op.TSP); ok {
		uses = adapter.Spec().Actions[capabilityOf(op)].Uses
	}
	sources := n.sources(op)
	for _, m := range given(op) {
		f := field{Name: m.Name, Asked: cut(string(m.Value), 200), Becomes: becomes(uses[m.Name])}
		if to := sources[m.Name]; to != "" {
			f.Becomes = "Resolved to " + to + ". " + f.Becomes
		}
		for _, w := range op.Warnings {
			if w.Path == m.Name || strings.HasPrefix(w.Path, m.Name+"[") || strings.HasPrefix(w.Path, m.Name+".") {
				f.Warns = sentence(w.Message)
			}
		}
		if uses[m.Name].Use == tsp.UseDropped {
			f.Look = &Look{"Dropped", "waiting", wait}
		}
		all = append(all, f)
	}
	return all
}

// becomes says what a use means.
func becomes(u tsp.FieldUse) string {
	switch u.Use {
	case tsp.UseDropped:
		return sentence(u.Reason)
	case tsp.UseRejected:
		return "Refused unless it has no effect: " + sentence(u.Reason)
	case tsp.UseRequired, tsp.UseSent:
		return "Sent. " + sentence(u.Reason)
	}
	return "What becomes of it is not declared."
}

// sources are the source ids that stand for references, by the names of their fields.
func (n *namer) sources(op operation.Operation) map[string]string {
	out := map[string]string{}
	schema, err := resource.For(op.Kind, op.Verb)
	if err != nil {
		return out
	}
	all, err := membersOf(op.Payload)
	if err != nil {
		return out
	}
	for _, f := range schema.References() {
		out[f.Name] = cut(named(all, f.Ref.SourceField), 120)
	}
	return out
}
