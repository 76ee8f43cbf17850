package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/store/sqlite"
)

// importing is the store of connections, with the imports of a connection following its
// status: one that is made or becomes active is imported at once, any other is not.
type importing struct {
	*sqlite.DB
	app *App
}

// InsertConnection adds a connection and makes its imports due.
func (i importing) InsertConnection(ctx context.Context, c connection.Connection, drafts []uuid.UUID, events []event.Event) error {
	if err := i.DB.InsertConnection(ctx, c, drafts, events); err != nil {
		return err
	}
	i.follow(ctx, c)
	return nil
}

// ChangeConnection changes a connection and what of it is imported.
func (i importing) ChangeConnection(ctx context.Context, c connection.Change) error {
	if err := i.DB.ChangeConnection(ctx, c); err != nil {
		return err
	}
	if c.From.Status != c.To.Status || c.From.Version != c.To.Version {
		i.follow(ctx, c.To)
	}
	return nil
}

// follow schedules or parks. The connection has changed already, so a failure is no error of
// the change; the next start makes up for it.
func (i importing) follow(ctx context.Context, c connection.Connection) {
	if err := i.app.imports.Follow(ctx, c); err != nil {
		i.app.log.Error("the imports of a connection could not be scheduled; they begin at the next start",
			"connection_id", c.ID, "error", err)
	}
}
