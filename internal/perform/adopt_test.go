package perform

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestWhereTheTSPCannotBeAskedWhatAnImportHasBroughtStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		known := w.made()
		known.Imported = true
		w.peers = []record.Record{known}
		op, err := w.isApplied(t, w.unsure(ofNew), "v7")
		if err != nil || op.State != operation.Succeeded || op.Resource != known.ID || op.SourceID != "v7" || len(w.records) > 0 {
			t.Errorf("%v: %+v; stored %v", err, op, w.records)
		}
	})
}

func TestARecordThatOthersAreAboutToWriteIsAdoptedAfterThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.resolves = func() error { return &operation.Busy{Operation: uuid.UUID{98}} }
		_, err := w.isApplied(t, w.unsure(ofNew), "v7")
		if p := problem.Of(err); p.Code != problem.Conflict || p.RetryAfter != askAgain || !strings.Contains(p.Detail, "unfinished") {
			t.Errorf("%v", err)
		}
	})
}

func TestOfARecordThatMayBeInTwoPlacesNoneIsGuessed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.tsp.spec.Imports = []tsp.ImportKind{{Kind: resource.KindVehicle, Collections: []string{"trucks", "vans"}}}
		id := w.unsure(ofNew)
		w.do(func() { w.conn.Status = connection.Deleted })
		_, err := w.isApplied(t, id, "v7")
		if p := problem.Of(err); p.Code != problem.Conflict || !strings.Contains(p.Detail, "(trucks, vans)") || !w.op(id).IsUnknown() {
			t.Fatal(err)
		}
		w.do(func() { w.conn.Status = connection.Active })
		w.tsp.read = func(ctx context.Context, one tsp.Single) (tsp.Record, error) {
			if one.Collection == "trucks" {
				return tsp.Record{}, failure(tsp.Missing)
			}
			return shows(`{}`)(ctx, one)
		}
		if op, err := w.isApplied(t, id, "v7"); err != nil || op.Collection != "vans" {
			t.Errorf("%v: %+v", err, op)
		}
	})
}
