package app

import (
	"context"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/perform"
)

// The names of what is kept beside the tables.
const (
	metaLimits  = "limits"
	metaStarted = "started"
)

// resume takes up what the last process left: the state of the limits after an orderly stop,
// empty limits and operations of unknown outcome after a crash. Of replicas none is the last: what is known of a lane
// comes with its claim, and what a dead one has left is taken up by whoever takes its lanes.
func (a *App) resume(ctx context.Context, settling perform.Settling) (*dispatch.Budget, error) {
	if a.replica != nil {
		return dispatch.NewBudget(a.now, nil).Among(a.replica), nil
	}
	started, err := a.db.Meta(ctx, metaStarted)
	if err != nil {
		return nil, fmt.Errorf("reading how the last process stopped: %w", err)
	}
	text, err := a.db.Meta(ctx, metaLimits)
	if err != nil {
		return nil, fmt.Errorf("reading the state of the limits: %w", err)
	}
	saved := map[string]time.Time{}
	switch {
	case text != nil:
		if err := json.Unmarshal(text, &saved); err != nil {
			return nil, fmt.Errorf("reading the state of the limits: %w", err)
		}
	case started != nil:
		saved, a.cutAt = nil, a.now()
	}
	if err := a.db.SetMeta(ctx, metaLimits, nil); err != nil {
		return nil, fmt.Errorf("noting the start: %w", err)
	}
	if err := a.db.SetMeta(ctx, metaStarted, []byte(a.now().UTC().Format(time.RFC3339))); err != nil {
		return nil, fmt.Errorf("noting the start: %w", err)
	}
	n, err := a.db.Unsent(ctx, a.now(), operation.Left{}, perform.Marked(settling.Registry))
	if err != nil {
		return nil, fmt.Errorf("taking up operations of which nothing was sent: %w", err)
	}
	if n > 0 {
		a.log.Warn("operations were interrupted before anything of them was sent; they are tried again", "count", n)
	}
	n, err = a.db.Interrupted(ctx, a.now(), operation.Left{}, settling.Of)
	if err != nil {
		return nil, fmt.Errorf("taking up interrupted operations: %w", err)
	}
	if n > 0 {
		a.log.Warn("operations were interrupted; the outcome of async ones is looked up", "count", n)
	}
	return dispatch.NewBudget(a.now, saved), nil
}

// pause keeps the state of the limits for the next start, and with it that this process stopped in
// order. One that has cut attempts off did not.
func (a *App) pause(ctx context.Context) error {
	if a.replica != nil || a.dispatcher.Cut() {
		return nil
	}
	text, err := json.Marshal(a.budget.State())
	if err != nil {
		return fmt.Errorf("keeping the state of the limits: %w", err)
	}
	return a.db.SetMeta(ctx, metaLimits, text)
}
