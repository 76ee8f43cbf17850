package record

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// askAgain is how long after somebody has asked for an import of a kind it can be asked for again. Its
// calls use up what the TSP allows to all who work through the connection.
const askAgain = time.Minute

// asked remembers when imports were asked for, in this process.
type asked struct {
	mu sync.Mutex
	at map[wanted]time.Time
}

// wanted is a kind of a connection.
type wanted struct {
	connection uuid.UUID
	kind       resource.Kind
}

// of takes those of a connection's kinds that can be asked for, and says when the first of the others
// can. back gives them back, where nothing came of it.
func (a *asked) of(id uuid.UUID, kinds []resource.Kind, now time.Time) (
	free []resource.Kind, wait time.Duration, back func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for which, at := range a.at {
		if now.Sub(at) >= askAgain {
			delete(a.at, which)
		}
	}
	for _, k := range kinds {
		at, resting := a.at[wanted{id, k}]
		if !resting {
			free = append(free, k)
			a.at[wanted{id, k}] = now
		} else if left := at.Add(askAgain).Sub(now); wait == 0 || left < wait {
			wait = left
		}
	}
	return free, wait, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, k := range free {
			delete(a.at, wanted{id, k})
		}
	}
}

// RequestImport makes the kinds of a connection due at once that the caller may read, each at most
// once in a minute whoever asks, and returns their entries.
func (s *Service) RequestImport(ctx context.Context, who access.Principal, id uuid.UUID) ([]Freshness, error) {
	c, grant, err := s.reached(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if c.Status != connection.Active {
		return nil, problem.New(problem.Conflict, "%s", c.Bars("be imported"))
	}
	all := s.Importable(c.TSP)
	if len(all) == 0 {
		return nil, problem.New(problem.Conflict, "nothing can be imported from %s", c.TSP)
	}
	// Levels are judged by when the grant was read; a fleet's own was not read.
	kinds := slices.DeleteFunc(slices.Clone(all), func(k resource.Kind) bool { return !grant.MayRead(k) })
	if len(kinds) == 0 {
		return nil, problem.New(problem.Forbidden,
			"the fleet has granted you none of what can be imported from %s, which is %v", c.TSP, all)
	}
	free, wait, back := s.asked.of(id, kinds, s.Now())
	if len(free) == 0 {
		return nil, &problem.Error{Code: problem.TooMany, RetryAfter: wait,
			Detail: "this import was asked for less than a minute ago, and nothing more is begun: GET " +
				"/v2/integrations/connections/data-freshness tells how it stands"}
	}
	if err := s.Schedules.ScheduleImports(ctx, id, free, s.Now().UTC().Truncate(time.Microsecond)); err != nil {
		back()
		return nil, fmt.Errorf("scheduling imports: %w", err)
	}
	entries, err := s.freshness(ctx, []connection.Connection{c}, map[uuid.UUID]access.Grant{c.Fleet: grant})
	return slices.DeleteFunc(entries, func(f Freshness) bool { return !slices.Contains(kinds, f.Resource) }), err
}
