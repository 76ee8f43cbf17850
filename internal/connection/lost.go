package connection

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/problem"
)

// errClosed is what opening credentials answers that do not open, or are not what they were.
var errClosed = errors.New("the stored credentials cannot be read any more")

// What callers read of a connection of which something was lost in the store: what it was, what to send
// again, and what that does.
const (
	lostCredentials = "the credentials that are stored of the connection cannot be read any more, so nothing is sent " +
		"through it: PATCH it with credentials"
	lostSettings = "the settings that are stored of the connection cannot be read any more, so nothing is sent through " +
		"it: PATCH it with settings"
	mended = ", and what waits goes on, or DELETE it"
)

// needs tells what must be sent anew, given the error of opening the credentials. Secret settings are sealed with
// these and lost with them.
func (c Connection) needs(opening error) (credentials, settings bool) {
	credentials = errors.Is(opening, errClosed)
	return credentials, c.Damaged != nil || credentials && len(c.hidden()) > 0
}

// hidden are the keys of the settings of which only the mask is stored here.
func (c Connection) hidden() (keys []string) {
	for key, value := range c.Settings {
		if value == mask {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// lost says what of a connection was lost, and what helps, given the error of opening its credentials; "" if
// nothing was.
func (c Connection) lost(opening error) string {
	credentials, settings := c.needs(opening)
	switch {
	case credentials && c.Damaged != nil:
		return lostCredentials + " and settings" + mended
	case credentials && settings:
		return lostCredentials + " and settings, these with " + strings.Join(c.hidden(), ", ") + mended
	case credentials:
		return lostCredentials + mended
	case settings:
		return lostSettings + mended
	}
	return ""
}

// tellsLoss tells whether a problem is a text of lost.
func tellsLoss(problem string) bool {
	return strings.HasPrefix(problem, lostCredentials) || strings.HasPrefix(problem, lostSettings)
}

// shown is a connection as callers see it: one of which something was lost is stale, whether or not anything
// has found that out.
func (c Connection) shown(opening error) Connection {
	if why := c.lost(opening); why != "" {
		c.Problem = why
		if c.Status == Active {
			c.Status = Stale
		}
	}
	return c
}

// close marks an active connection stale of which something was lost, and tells its operator why; the change
// of its status does so once. Like stale it takes no lock.
func (s *Service) close(ctx context.Context, c Connection, opening error) {
	why := c.lost(opening)
	if why == "" || c.Status != Active {
		return
	}
	change := Change{From: c, To: c}
	change.To.Status, change.To.UpdatedAt, change.To.Problem = Stale, s.after(c), why
	if err := s.mark(ctx, change, EventStaled, "connection is stale"); err != nil {
		s.Log.Warn("a connection of which something cannot be read is not marked yet", "connection_id", c.ID,
			"error", err)
		return
	}
	s.Log.Error("what is stored of a connection cannot be read: restore a backup that holds it with its key "+
		"(docs/backup.md), or have it sent anew with PATCH", "connection_id", c.ID, "tsp", c.TSP,
		"error", errors.Join(opening, c.Damaged))
}

// broken tells whether something of a connection was lost.
func (s *Service) broken(c Connection) bool {
	_, err := s.credentials(c)
	return c.lost(err) != ""
}

// mends refuses a wish that leaves lost what was lost of its connection, if the connection shall be used.
func (w *wish) mends(opening error) error {
	credentials, settings := w.from.needs(opening)
	left := credentials && !w.body.Has("credentials") || settings && !w.body.Has("settings")
	if left && (w.renews() || w.retries()) {
		return problem.New(problem.Conflict, "%s", w.from.lost(opening))
	}
	return nil
}
