package job_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// outdating refuses to retry what has something newer, unless that is to be written over.
type outdating struct{ *yard }

func (o outdating) Retry(ctx context.Context, conn, id uuid.UUID, r operation.Request) (operation.Operation, bool, error) {
	if !r.Overwrite {
		newer := &operation.Overwrites{Of: operation.Operation{ID: id}, Fields: []string{"vehicle_name"}, Partner: partner}
		return operation.Operation{}, false, &problem.Error{Code: problem.Conflict, Detail: newer.Error(), Err: newer}
	}
	return o.yard.Retry(ctx, conn, id, r)
}

func TestAJobWritesOverWhatIsNewerOnlyIfItIsTold(t *testing.T) {
	t.Parallel()
	for body, refused := range map[string]int{"": 3, `,"overwrite":false`: 3, `,"overwrite":true`: 0} {
		y := newYard(t, 1)
		first := y.accept(uuid.UUID{1}, func(op *operation.Operation) { op.ID[15] = 1 })
		for _, op := range []operation.Operation{first, y.accept(uuid.UUID{1}, func(op *operation.Operation) { op.ID[15] = 2 }),
			y.accept(uuid.UUID{2}, func(op *operation.Operation) { op.ID[15] = 3 })} {
			if err := y.end(op, operation.Failed); err != nil {
				t.Fatal(err)
			}
		}
		j := y.make(job.Operations, `{"action":"retry","filter":{"resource":"message"}`+body+`}`)
		s := job.New(job.Config{Store: y, Snapshots: y, Queue: y, Retention: y, Retrier: outdating{y}, Webhooks: y,
			Keep: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		for !j.State.Ended() {
			s.Round(t.Context())
			var err error
			if j, err = y.Job(t.Context(), partner, j.ID); err != nil {
				t.Fatal(err)
			}
		}
		if j.Refused() != refused || j.Done != 3-refused || j.Read().Overwrite != (refused == 0) {
			t.Errorf("%q: %d were retried, %+v", body, j.Done, j.Refusals)
		}
		if refused > 0 && (j.Refusals[0].Reason != "would_overwrite" || j.Refusals[0].Example == uuid.Nil || j.Refusals[0].Detail == "") {
			t.Errorf("%q: refused: %+v", body, j.Refusals)
		}
	}
}

func TestOnlyARetryWritesOverAnything(t *testing.T) {
	t.Parallel()
	y := newYard(t, 1)
	for of, body := range map[job.Of]string{
		job.Operations:  `{"action":"cancel","filter":{"resource":"message"},"overwrite":true}`,
		job.DeadLetters: `{"action":"replay","filter":{"webhook_id":"01987b00-0000-7000-8000-000000000003"},"overwrite":true}`,
	} {
		_, _, err := y.service().Create(t.Context(), job.Request{Partner: partner, Client: "tms", Of: of, Body: []byte(body)})
		if p := problem.Of(err); p.Code != problem.Invalid || len(p.Details) != 1 || p.Details[0].Path != "overwrite" {
			t.Errorf("%s: %v", body, err)
		}
	}
}
