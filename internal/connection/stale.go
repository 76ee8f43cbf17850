package connection

import (
	"context"
	"fmt"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// tried tells people what becomes of a stale connection.
const tried = "Waybill tries the credentials again by itself, after a minute and then ever more slowly, at least " +
	"once an hour"

// stale marks an active connection stale whose credentials are proven to be refused. It takes no
// lock: it only lowers the status, and only from the reading that was refused. One that has changed
// since, other credentials included, is left alone.
func (s *Service) stale(ctx context.Context, c Connection, refused *tsp.Error) error {
	change := Change{From: c, To: c}
	change.To.Status, change.To.UpdatedAt = Stale, s.after(c)
	change.To.Problem = fmt.Sprintf("%s refuses the credentials, each time that they were checked. %s; if they were "+
		"taken back, send new ones with PATCH: %s", s.displayName(c.TSP), tried, refused.Message)
	return s.mark(ctx, change, EventStaled, "connection is stale")
}

// revive marks a stale connection active. Its queue goes on, and it is imported.
func (s *Service) revive(ctx context.Context, c Connection) error {
	change := Change{From: c, To: c}
	change.To.Status, change.To.UpdatedAt, change.To.Problem = Active, s.after(c), ""
	return s.mark(ctx, change, EventActivated, "connection works again")
}

func (s *Service) mark(ctx context.Context, change Change, name, says string) (err error) {
	if change.Events, err = told(change.To, name); err != nil {
		return err
	}
	if err = s.store(ctx, change); err != nil {
		return fmt.Errorf("marking a connection %s: %w", change.To.Status, err)
	}
	s.Log.Warn(says, "connection_id", change.To.ID, "tsp", change.To.TSP)
	return nil
}
