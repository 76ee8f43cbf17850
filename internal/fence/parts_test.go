package fence_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestPartsLeaveFourFifthsOfTheTimeToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, parts := time.Now(), 0
		err := fence.InParts(t.Context(), func() (bool, error) {
			time.Sleep(time.Second)
			parts++
			return parts < 5, nil
		})
		if took := time.Since(began); err != nil || parts != 5 || took != 5*time.Second+4*4*time.Second {
			t.Errorf("%d parts in %s: %v", parts, took, err)
		}
	})
}

func TestPartsEndWithAnErrorAndWithTheirContext(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if err := fence.InParts(t.Context(), func() (bool, error) { return true, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := fence.InParts(ctx, func() (bool, error) { cancel(); return true, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
