package console

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// quiet is an installation in which nothing happens, and quietLinks has no connections.
type (
	quiet      struct{}
	quietLinks struct{}
)

func (quiet) Rates(context.Context, time.Time, time.Duration) ([]operation.Rate, error) {
	return nil, nil
}
func (quiet) CountFailed(context.Context, time.Time) (map[operation.Stage]operation.Count, error) {
	return map[operation.Stage]operation.Count{operation.StageFailed: {N: 1}}, nil
}
func (quiet) StaleSubscriptions(context.Context, int) ([]webhook.Subscription, error) {
	return nil, nil
}
func (quiet) CountTroubled(context.Context, int) (int, int, error) { return 0, 0, nil }
func (quiet) Replicas(context.Context) ([]Replica, error)          { return nil, nil }
func (quiet) Waiting() ([]Waiting, time.Time)                      { return nil, time.Time{} }
func (quiet) Tables(context.Context) (Tables, error)               { return Tables{Version: 65}, nil }
func (quietLinks) SurveyConnections(context.Context, connection.Survey) ([]connection.Connection, error) {
	return nil, nil
}
func (quietLinks) TallyConnections(context.Context) ([]connection.Tally, error) { return nil, nil }
func (quietLinks) SchedulesOf(context.Context, []uuid.UUID) ([]record.Schedule, error) {
	return nil, nil
}
func (quietLinks) FleetNames(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) {
	return nil, nil
}
func (quietLinks) Waiting(context.Context, []uuid.UUID) ([]operation.Waiting, error) { return nil, nil }

// calm is quiet, and nothing has failed.
type calm struct{ quiet }

func (calm) CountFailed(context.Context, time.Time) (map[operation.Stage]operation.Count, error) {
	return nil, nil
}
