package operation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Preview tells what a write would do. Its members are those of the wire.
type Preview struct {
	// Requests are those that would go out, in their order, with placeholders for what follows from answers.
	Requests []tsp.Planned `json:"requests"`
	// Failure is how the write would end without that the TSP had the last word; nil if only the TSP can tell.
	Failure *Failure `json:"failure"`
	// Dropped are the fields that would not reach the TSP; the operation's warnings say why.
	Dropped []string `json:"dropped"`
	// Settings are the connection's, defaults included; those that are secret are masked.
	Settings tsp.Settings `json:"settings"`
	// References are the records that the write names, and the one that it updates, as they were resolved.
	References []Reference `json:"references"`
	// Idempotency is what keeps the write from taking effect twice.
	Idempotency tsp.Strength `json:"idempotency"`
	Limits      []Charge     `json:"limits"`
	// EarliestAt is when the first request could go out: not before, by what the limits and the record's other writes
	// allow. KnownBy says whose knowledge that is.
	EarliestAt wire.Time `json:"earliest_at"`
	KnownBy    Knowledge `json:"known_by"`
	// Behind is what the write would have to wait for; nil for nothing.
	Behind *PreviewBehind `json:"behind"`
	// ReplayOf is the operation that the request would be answered with because its Idempotency-Key was given for that;
	// nil if it would be a new one.
	ReplayOf *uuid.UUID `json:"replay_of"`
}

// Failure is the end of a write before, or instead of, what the TSP would say.
type Failure struct {
	ErrorType    string `json:"error_type"`
	ErrorDetails string `json:"error_details"`
}

// Reference is a record that a write names. Path is the field, "id" for the record that an update is for.
type Reference struct {
	Path       string            `json:"path"`
	Resource   resource.Kind     `json:"resource"`
	ResourceID uuid.UUID         `json:"resource_id"`
	SourceID   resource.SourceID `json:"source_id"`
	Collection string            `json:"collection"`
}

// Charge is a limit that the write's requests would be charged to.
type Charge struct {
	tsp.LimitDocument
	// Calls are how many of the requests, and WaitSeconds is how long the first of them would wait for it now.
	Calls       int     `json:"calls"`
	WaitSeconds float64 `json:"wait_seconds"`
}

// Knowledge says who knows how far limits are used up.
type Knowledge string

// The knowledges.
const (
	// KnownToAll: one process makes all calls.
	KnownToAll Knowledge = "installation"
	// KnownHere: there are several, and each knows what it has used itself.
	KnownHere Knowledge = "replica"
)

// PreviewBehind is what holds the chain of a write. OperationID is nil where it is another partner's operation, or an ended one
// that may still take effect; Until is when that is over, nil where nobody can tell.
type PreviewBehind struct {
	OperationID *uuid.UUID `json:"operation_id"`
	Until       *wire.Time `json:"until"`
}

// Preview tells what Submit would do with a request: it refuses what that would refuse, and stores, charges and sends
// nothing. The operation has not happened, and its id is nobody's.
func (s *Service) Preview(ctx context.Context, r Request) (Operation, Preview, error) {
	if r.Key != nil {
		if op, replayed, err := s.replay(ctx, r); replayed || err != nil {
			p := Preview{ReplayOf: &op.ID, EarliestAt: wire.Time(op.CreatedAt), KnownBy: s.knownBy(), Idempotency: s.strength(op)}
			return op, p.whole(), err
		}
	}
	c, err := s.check(ctx, r)
	if err != nil {
		return Operation{}, Preview{}, err
	}
	behind, err := s.behind(ctx, c.op)
	if err != nil {
		return Operation{}, Preview{}, err
	}
	p, err := s.Performer.Foresee(ctx, c.conn, c.op)
	if err != nil {
		return Operation{}, Preview{}, err
	}
	p.Dropped, p.References, p.Idempotency, p.Settings = c.dropped, c.references, c.action.Strength, c.settings
	if p.Behind = behind; behind != nil && behind.Until != nil && time.Time(*behind.Until).After(time.Time(p.EarliestAt)) {
		p.EarliestAt = *behind.Until
	}
	p.KnownBy = s.knownBy()
	return c.op, p.whole(), nil
}

// knownBy says whose knowledge of limits this process has.
func (s *Service) knownBy() Knowledge {
	if s.Replica != uuid.Nil {
		return KnownHere
	}
	return KnownToAll
}

// strength is what keeps an operation from taking effect twice.
func (s *Service) strength(op Operation) tsp.Strength {
	if adapter, ok := s.Registry.Adapter(op.TSP); ok {
		if action, ok := adapter.Spec().Actions[tsp.Capability{Kind: op.Kind, Verb: op.Verb}]; ok {
			return action.Strength
		}
	}
	return tsp.None
}

// From returns a preview of a write whose first request could go out at a time.
func (p Preview) From(at time.Time) Preview {
	p.EarliestAt = wire.Time(at)
	return p
}

// whole returns a preview whose lists are none of them null.
func (p Preview) whole() Preview {
	p.Requests = slices.Concat([]tsp.Planned{}, p.Requests)
	p.Dropped = slices.Concat([]string{}, p.Dropped)
	p.References = slices.Concat([]Reference{}, p.References)
	p.Limits = slices.Concat([]Charge{}, p.Limits)
	if p.Settings == nil {
		p.Settings = tsp.Settings{}
	}
	return p
}

// behind tells what an operation would wait for. A sync one would be refused for it.
func (s *Service) behind(ctx context.Context, op Operation) (*PreviewBehind, error) {
	if len(op.Awaits) > 0 {
		return &PreviewBehind{OperationID: &op.Awaits[0]}, nil
	}
	if op.IsAlone() {
		return nil, nil
	}
	err := s.Store.Free(ctx, op)
	var busy *Busy
	if err == nil {
		return nil, nil
	}
	if !errors.As(err, &busy) || op.Sync {
		return nil, s.refused(err, op.Partner)
	}
	out := &PreviewBehind{}
	if busy.Operation != uuid.Nil && busy.Partner == op.Partner {
		out.OperationID = &busy.Operation
	}
	if !busy.Until.IsZero() {
		until := wire.Time(busy.Until)
		out.Until = &until
	}
	return out, nil
}

// Previewed is the wire form of a write that was not made: that of the contract's ResourceOperation without what only
// an operation has, its id, times and status.
type Previewed struct {
	DeletedAt     *wire.Time     `json:"deleted_at"`
	PartnerID     uuid.UUID      `json:"partner_id"`
	ConnectionID  uuid.UUID      `json:"connection_id"`
	Resource      resource.Kind  `json:"resource"`
	ResourceID    *uuid.UUID     `json:"resource_id"`
	SourceID      *string        `json:"source_id"`
	OperationType resource.Verb  `json:"operation_type"`
	Payload       jsontext.Value `json:"payload"`
	Logs          []Log          `json:"logs"`
	Warnings      []tsp.Warning  `json:"warnings,omitempty"`
	Preview       Preview        `json:"preview"`
}

// Previewed returns the operation as the answer to a dry run shows it.
func (op Operation) Previewed(p Preview) Previewed {
	a := op.Answer()
	return Previewed{PartnerID: a.PartnerID, ConnectionID: a.ConnectionID, Resource: a.Resource, ResourceID: a.ResourceID,
		SourceID: a.SourceID, OperationType: a.OperationType, Payload: a.Payload, Logs: []Log{}, Warnings: a.Warnings, Preview: p}
}
