package operation_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// ask notes that a port was asked, and answers with its failure.
func (d *desk) ask(ctx context.Context, port string) error {
	d.before(port)
	d.asked = append(d.asked, port)
	d.ctx[port] = ctx
	return d.fails[port]
}

func (l links) Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error) {
	if err := l.ask(ctx, "Connection"); err != nil || id != l.conn.ID {
		return connection.Connection{}, orElse(err, connection.ErrNotFound)
	}
	return l.conn, nil
}

func (g grants) Grant(ctx context.Context, who, of uuid.UUID) (access.Grant, error) {
	if err := g.ask(ctx, "Grant"); err != nil || who != g.grant.Partner || of != g.grant.Fleet {
		return access.Grant{}, orElse(err, access.ErrNotFound)
	}
	return g.grant, nil
}

func (s shelf) Record(ctx context.Context, conn, id uuid.UUID) (record.Record, error) {
	r, ok := s.records[id]
	if err := s.ask(ctx, "Record"); err != nil || conn != s.reaches || !ok {
		return record.Record{}, orElse(err, record.ErrNotFound)
	}
	r.ID = id
	return r, nil
}

func (d *desk) Free(ctx context.Context, op operation.Operation) error {
	_, err := op.Behind(d.held)
	return errors.Join(d.ask(ctx, "Free"), err)
}

func (d *desk) Accept(ctx context.Context, op operation.Operation, events []event.Event) (operation.Operation, error) {
	if err := d.ask(ctx, "Accept"); err != nil {
		return operation.Operation{}, err
	}
	op.Seq = int64(len(d.accepted) + 1)
	d.accepted, d.events = append(d.accepted, op), append(d.events, events...)
	return op, nil
}

func (d *desk) Keyed(ctx context.Context, who uuid.UUID, k operation.Key) (operation.Operation, error) {
	op, ok := d.keyed[k.Client+"/"+k.Value]
	if err := d.ask(ctx, "Keyed"); err != nil || !ok || op.Partner != who {
		return operation.Operation{}, orElse(err, operation.ErrNotFound)
	}
	return op, nil
}

func (d *desk) Operation(ctx context.Context, who, conn, id uuid.UUID) (operation.Operation, error) {
	i := slices.IndexFunc(d.listed, func(op operation.Operation) bool {
		return op.Partner == who && op.Connection == conn && op.ID == id
	})
	if err := d.ask(ctx, "Operation"); err != nil || i < 0 {
		return operation.Operation{}, orElse(err, operation.ErrNotFound)
	}
	return d.listed[i], nil
}

func (d *desk) Named(ctx context.Context, ids []uuid.UUID) ([]operation.Operation, error) {
	return slices.DeleteFunc(slices.Clone(d.listed), func(op operation.Operation) bool { return !slices.Contains(ids, op.ID) }),
		d.ask(ctx, "Named")
}

func (d *desk) Name(context.Context, fence.Claim, operation.Operation, time.Time) (operation.Operation, error) {
	panic("no submission names anything")
}

func (d *desk) Operations(ctx context.Context, f operation.Filter) (page.Found[operation.Operation], error) {
	d.filter = f
	return page.Found[operation.Operation]{Entries: slices.Clone(d.listed[:min(f.Window.Limit, len(d.listed))]), Looked: d.looked},
		d.ask(ctx, "Operations")
}

func (d *desk) Admit(_ connection.Connection, op operation.Operation) error {
	d.wants = tsp.Capability{Kind: op.Kind, Verb: op.Verb}
	return d.ask(d.t.Context(), "Admit")
}

// fenceKey marks the context that Fenced has returned.
type fenceKey struct{}

func (d *desk) Fenced(ctx context.Context) context.Context {
	_ = d.ask(ctx, "Fenced")
	return context.WithValue(ctx, fenceKey{}, true)
}

func (d *desk) PerformNow(ctx context.Context, op operation.Operation) (operation.Operation, error) {
	err := d.ask(ctx, "PerformNow")
	op.State, op.SourceID = operation.Succeeded, "new-1"
	return op, err
}

func (d *desk) Forgo(ctx context.Context, op operation.Operation) {
	_ = d.ask(ctx, "Forgo")
	d.forgone = append(d.forgone, op)
}

func (d *desk) Foresee(ctx context.Context, _ connection.Connection, op operation.Operation) (operation.Preview, error) {
	d.foreseen = op
	return operation.Preview{Requests: []tsp.Planned{{Purpose: tsp.ForWrite}}, EarliestAt: wire.Time(now())}, d.ask(ctx, "Foresee")
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
