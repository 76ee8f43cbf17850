package record_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestOnlyOurOwnWordsOfAnImportAreTakenForThem(t *testing.T) {
	t.Parallel()
	for _, ours := range []string{record.Unstored, record.Unexplained, record.Unshared(resource.KindUser)} {
		if !record.OwnProblem(ours) {
			t.Errorf("%q is taken for another's", ours)
		}
	}
	for _, theirs := range []string{"", "Ada Lind is no driver", record.Unstored + ": Ada Lind", record.Unexplained + " Ada Lind",
		record.Unshared("Ada Lind"), record.Unshared(resource.KindUser) + " Ada Lind", record.Unshared("")} {
		if record.OwnProblem(theirs) {
			t.Errorf("%q is taken for ours", theirs)
		}
	}
}
