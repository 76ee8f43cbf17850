package record

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
)

// soonest is how often kinds are imported that somebody waits for: a driver's answer, and an
// inspection that keeps a truck from leaving. Both are asked for since a time, which costs a call or
// two where nothing has happened; a list of all vehicles costs one for each hundred.
const soonest = 5 * time.Minute

// Interval is how long after an import of a kind the next one begins, where others begin every so
// long.
func Interval(kind resource.Kind, every time.Duration) time.Duration {
	if kind == resource.KindMessage || kind == resource.KindDvirLog {
		return min(every, soonest)
	}
	return every
}

// ScheduleRead is the wire form of the published client's ScheduleRead. The contract's documents
// leave schedules out.
type ScheduleRead struct {
	ID         uuid.UUID     `json:"id"`
	Connection uuid.UUID     `json:"connection_id"`
	Resource   resource.Kind `json:"resource"`
	Interval   int64         `json:"execution_interval_seconds"`
	Status     string        `json:"status"`
	Errors     int           `json:"consecutive_error_count"`
	// Threshold is after how many errors in a row a schedule ends. None ever does.
	Threshold  int32 `json:"consecutive_error_threshold"`
	Concurrent int   `json:"max_concurrent_executions"`
}

// ListSchedules returns the schedules of a connection that the caller reaches, in the order of
// their kinds, or that of one kind if it is given.
func (s *Service) ListSchedules(ctx context.Context, who access.Principal, q ScheduleQuery) (page.Page[ScheduleRead], error) {
	_, all, err := s.schedules(ctx, who, q.Connection)
	if err != nil {
		return page.Page[ScheduleRead]{}, err
	}
	at := func(one ScheduleRead) page.Position {
		return page.Position{Seq: int64(slices.Index(resource.Kinds(), one.Resource)) + 1}
	}
	w := q.Window.Wider()
	found := slices.DeleteFunc(all, func(one ScheduleRead) bool {
		place := at(one).Seq
		beyond := w.Place.IsZero() || w.Backwards && place < w.Place.Seq || !w.Backwards && place > w.Place.Seq
		return !beyond || q.Kind != "" && one.Resource != q.Kind
	})
	if over := len(found) - w.Limit; over > 0 && w.Backwards {
		found = found[over:]
	} else if over > 0 {
		found = found[:w.Limit]
	}
	return page.Cut(found, q.Window, at), nil
}

// ScheduleQuery selects schedules of a connection; a zero Kind is all of them.
type ScheduleQuery struct {
	Connection uuid.UUID
	Kind       resource.Kind
	Window     page.Window
}

// GetSchedule returns one schedule of a connection that the caller reaches.
func (s *Service) GetSchedule(ctx context.Context, who access.Principal, connection, id uuid.UUID) (ScheduleRead, error) {
	_, one, err := s.schedule(ctx, who, connection, id)
	return one, err
}

func (s *Service) schedule(ctx context.Context, who access.Principal, of, id uuid.UUID) (connection.Connection, ScheduleRead, error) {
	c, all, err := s.schedules(ctx, who, of)
	if err != nil {
		return c, ScheduleRead{}, err
	}
	i := slices.IndexFunc(all, func(one ScheduleRead) bool { return one.ID == id })
	if i < 0 {
		return c, ScheduleRead{}, problem.New(problem.NotFound, "connection %s has no schedule %s; "+
			"GET /v2/integrations/connections/%s/schedules lists those that it has", of, id, of)
	}
	return c, all[i], nil
}

// schedules are those of every kind of which data freshness tells, so that each schedule_id that
// anybody was given can be opened. One of a kind that is only written is inactive.
func (s *Service) schedules(ctx context.Context, who access.Principal, id uuid.UUID) (connection.Connection, []ScheduleRead, error) {
	c, grant, err := s.reached(ctx, who, id)
	if err != nil {
		return c, nil, err
	}
	fresh, err := s.freshness(ctx, []connection.Connection{c}, map[uuid.UUID]access.Grant{c.Fleet: grant})
	if err != nil {
		return c, nil, err
	}
	stored, err := s.Schedules.SchedulesOf(ctx, []uuid.UUID{id})
	if err != nil {
		return c, nil, fmt.Errorf("reading schedules: %w", err)
	}
	all := make([]ScheduleRead, len(fresh))
	for n, f := range fresh {
		all[n] = ScheduleRead{ID: f.ScheduleID, Connection: id, Resource: f.Resource, Status: "inactive",
			Interval:  int64(Interval(f.Resource, s.Every) / time.Second),
			Threshold: math.MaxInt32, Concurrent: 1}
		if f.Status != nil {
			all[n].Status = *f.Status
		}
		for _, one := range stored {
			if one.Kind == f.Resource {
				all[n].Errors = one.Failures
			}
		}
	}
	return c, all, nil
}

// ExecutionRead is the wire form of the published client's ExecutionRead, with problem beside.
type ExecutionRead struct {
	ID         uuid.UUID     `json:"id"`
	CreatedAt  wire.Time     `json:"created_at"`
	UpdatedAt  wire.Time     `json:"updated_at"`
	Schedule   uuid.UUID     `json:"schedule_id"`
	Connection uuid.UUID     `json:"connection_id"`
	Fleet      uuid.UUID     `json:"fleet_id"`
	Status     string        `json:"status"`
	SourceName string        `json:"source_name"`
	Resource   resource.Kind `json:"resource"`
	// Problem says why the import failed; null if it did not.
	Problem *string `json:"problem"`
}

// ListExecutions returns the imports of a schedule that have ended of late, newest first.
func (s *Service) ListExecutions(ctx context.Context, who access.Principal, q ExecutionQuery) (page.Page[ExecutionRead], error) {
	var none page.Page[ExecutionRead]
	c, of, err := s.schedule(ctx, who, q.Connection, q.Schedule)
	if err != nil {
		return none, err
	}
	q.Kind, q.Since = of.Resource, s.Now().Add(-ExecutionsKept)
	asked := q
	asked.Window = q.Window.Wider()
	found, err := s.Executions.ExecutionPage(ctx, asked)
	if err != nil {
		return none, fmt.Errorf("listing executions: %w", err)
	}
	p := page.Cut(found, q.Window, func(e Execution) page.Position { return page.Position{At: e.Began} })
	return page.Map(p, func(e Execution) ExecutionRead { return e.read(c, of) }), nil
}

// read is the wire form. What has not ended is not told of, and so nothing is ever pending.
func (e Execution) read(c connection.Connection, of ScheduleRead) ExecutionRead {
	status := "success"
	if e.Problem != "" {
		status = "failed"
	}
	id := uuid.NewSHA1(idSpace, []byte("execution\x00"+of.ID.String()+"\x00"+e.Began.UTC().Format(time.RFC3339Nano)))
	return ExecutionRead{ID: id, CreatedAt: wire.Time(e.Began), UpdatedAt: wire.Time(e.Ended), Schedule: of.ID, Connection: c.ID,
		Fleet: c.Fleet, Status: status, SourceName: string(c.TSP), Resource: of.Resource, Problem: wire.Optional(e.Problem)}
}
