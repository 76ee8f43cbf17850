package dispatch_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/dispatch/sourcetest"
)

func TestTheSourceOfOneProcessKeepsToItsContract(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(*testing.T) dispatch.Source { return dispatch.NewInProcess(time.Now) })
}
