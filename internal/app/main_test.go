package app_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
