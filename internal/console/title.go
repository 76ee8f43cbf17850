package console

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// namer finds what operations are called by, and asks for each thing once. It names nobody to those who may not read
// payloads: a name is one of the things that are written.
type namer struct {
	*Console
	ctx     context.Context
	open    bool
	records map[uuid.UUID]string
	// standings are the states of connections, as they were read.
	standings map[uuid.UUID]connection.Status
}

// link is how a connection is called.
type link struct {
	ID       uuid.UUID
	TSP      string
	FleetRef string
}

func (c *Console) namer(ctx context.Context, who Visitor) *namer {
	return &namer{Console: c, ctx: ctx, open: who.Payloads, records: map[uuid.UUID]string{}, standings: map[uuid.UUID]connection.Status{}}
}

// words is a kind or verb as people say it.
func words[T ~string](name T) string { return strings.ReplaceAll(string(name), "_", " ") }

// title is what an operation does, and to what by the name that people use.
func (n *namer) title(op operation.Operation) (does, what string) {
	does = capital(words(op.Verb)) + " " + words(op.Kind)
	if !n.open {
		if op.Resource != uuid.Nil {
			what = head(op.Resource)
		}
		return does, what
	}
	if op.Verb == resource.Update {
		return does, n.record(op.Connection, op.Resource)
	}
	all := given(op)
	if name := nameIn(all); name != "" {
		return does, name
	}
	for _, to := range []struct{ member, word string }{{"recipient_id", "to "}, {"vehicle_id", "of "}, {"trailer_id", "of "},
		{"driver_id", "of "}} {
		if id, err := uuid.Parse(named(all, to.member)); err == nil {
			return does, to.word + n.record(op.Connection, id)
		}
	}
	return does, ""
}

// nameIn is the name of a record by its members; "" if it has none.
func nameIn(all []member) string {
	if name := named(all, "vehicle_name", "trailer_name"); name != "" {
		return cut(name, 60)
	}
	if name := strings.TrimSpace(named(all, "first_name") + " " + named(all, "last_name")); name != "" {
		return cut(name, 60)
	}
	return cut(named(all, "username"), 60)
}

// record is the name of a record, and the begin of its id where it has none or is not known.
func (n *namer) record(connection, id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	if name, known := n.records[id]; known {
		return name
	}
	name := head(id)
	if rec, err := n.Naming.Record(n.ctx, connection, id); err == nil {
		if all, err := membersOf(rec.Fields); err == nil && nameIn(all) != "" {
			name = nameIn(all)
		}
	}
	n.records[id] = name
	return name
}

// link is how the connection of an operation is called.
func (n *namer) link(op operation.Operation) link {
	return link{op.Connection, n.tsp(op), op.FleetRef}
}

// tsp is the TSP of an operation as it calls itself.
func (n *namer) tsp(op operation.Operation) string {
	if adapter, ok := n.TSPs.Adapter(op.TSP); ok {
		return adapter.Spec().DisplayName
	}
	return string(op.TSP)
}

// partner is the name of a partner.
func (n *namer) partner(id uuid.UUID) string {
	p, err := n.Naming.Partner(n.ctx, id)
	if err != nil || p.Name == "" {
		return head(id)
	}
	return p.Name
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
