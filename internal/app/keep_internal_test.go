package app

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/operation"
)

// A repeated request must find the operation that its key stands for.
func TestAnOperationIsKeptForAsLongAsItsKeyCounts(t *testing.T) {
	t.Parallel()
	for text, taken := range map[string]bool{operation.KeyLife.String(): true, (operation.KeyLife - 1).String(): false} {
		_, wrong := config.FromEnv([]string{"WAYBILL_KEEP_OPERATIONS=" + text}, nil)
		if (len(wrong) == 0) != taken {
			t.Errorf("%s: %v", text, wrong)
		}
	}
}
