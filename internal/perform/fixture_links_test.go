package perform

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func (w *world) Connection(context.Context, uuid.UUID) (connection.Connection, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	read := w.conn
	if w.paused {
		w.conn.Status, w.conn.UpdatedAt = connection.Paused, time.Now().Add(time.Microsecond)
	}
	return read, nil
}

func (w *world) Grant(context.Context, uuid.UUID, uuid.UUID) (access.Grant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.grant.At(time.Now()), nil
}

func (w *world) Target(c connection.Connection) tsp.Target {
	return tsp.Target{Connection: c.ID, TSP: c.TSP,
		Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}
}

func (w *world) Shut(c connection.Connection) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.suspect || c.UpdatedAt.Before(w.conn.UpdatedAt)
}

func (w *world) Refused(context.Context, connection.Connection, *tsp.Error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.staled++
	if w.unmarked == nil {
		w.conn.Status = connection.Stale
	}
	return w.unmarked
}
