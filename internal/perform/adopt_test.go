package perform

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
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
