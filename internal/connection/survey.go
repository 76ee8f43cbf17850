package connection

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Surveys finds connections of all fleets, for whoever runs the installation, at a cost that does not grow with how many
// there are. No caller of the API may be given what it selects.
type Surveys interface {
	// SurveyConnections lists connections without their credentials: Sealed is nil.
	SurveyConnections(ctx context.Context, of Survey) ([]Connection, error)
	// TallyConnections counts connections that are not deleted by status and TSP, a bounded number of each status.
	TallyConnections(ctx context.Context) ([]Tally, error)
}

// Survey selects connections by their status: those of the first status come first, and of each the newest.
type Survey struct {
	Statuses []Status
	// The Place of Window is that of a connection, as Surveyed tells it.
	Window page.Window
}

// Listed are the statuses of connections that are not deleted, those first that need somebody.
func Listed() []Status { return []Status{Stale, Failed, Paused, Cancelled, Active} }

// Surveyed is the place of a connection in a survey.
func (c Connection) Surveyed() page.Position {
	return page.Position{Text: string(c.Status), At: c.CreatedAt, ID: c.ID}
}

// Tally is how many connections of a TSP have a status. AtLeast tells that not all of that status were counted.
type Tally struct {
	Status  Status
	TSP     tsp.Name
	N       int
	AtLeast bool
}

// Suspects lists the connections that this process takes for suspect, by their ids.
func (s *Service) Suspects() []uuid.UUID { return s.health.suspects() }

func (h *health) suspects() (all []uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, d := range h.doubts {
		if d.closed && !d.stale {
			all = append(all, id)
		}
	}
	slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return all
}
