package job_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestAJobGoesBackAsFarAsItsFilterSaysAndBySilenceAsFarAsLists(t *testing.T) {
	t.Parallel()
	y := newYard(t, 1)
	for _, days := range []int{1, 44, 46, 89} {
		op := y.accept(uuid.UUID{1}, func(op *operation.Operation) { op.CreatedAt = op.CreatedAt.Add(-time.Duration(days) * 24 * time.Hour) })
		if err := y.end(op, operation.Failed); err != nil {
			t.Fatal(err)
		}
	}
	for filter, want := range map[string]int{
		`{"source_name":"samsara"}`:                                                             2,
		`{"from_datetime":"2020-01-01T00:00:00Z"}`:                                              4,
		`{"from_datetime":"2020-01-01T00:00:00Z","to_datetime":"2020-06-01T00:00:00Z"}`:         0,
		`{"to_datetime":"` + time.Now().Add(-45*24*time.Hour).UTC().Format(time.RFC3339) + `"}`: 2,
	} {
		j, _, err := y.service().Create(t.Context(), job.Request{Partner: partner, Client: "tms", Of: job.Operations, Preview: true,
			Body: []byte(`{"action":"retry","filter":` + filter + `}`)})
		if err != nil || j.Matched != want {
			t.Errorf("%s matches %d: %v", filter, j.Matched, err)
		}
	}
	_, _, err := y.service().Create(t.Context(), job.Request{Partner: partner, Of: job.Operations, Preview: true, Body: []byte(
		`{"action":"retry","filter":{"from_datetime":"2020-06-01T00:00:00Z","to_datetime":"2020-01-01T00:00:00Z"}}`)})
	var p *problem.Error
	if !errors.As(err, &p) || len(p.Details) != 1 || p.Details[0].Path != "filter.from_datetime" {
		t.Errorf("a filter that ends before it begins: %v", err)
	}
}
