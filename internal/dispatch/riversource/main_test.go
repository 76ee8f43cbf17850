package riversource

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/idletest"
)

func TestMain(m *testing.M) { idletest.Run(m) }
