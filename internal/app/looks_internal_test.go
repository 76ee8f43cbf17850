package app

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/dispatch/riversource"
	"github.com/waybill-dev/waybill/internal/fence"
)

func TestLooksAtLanesUseOneConnectionAndEndInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		under, most := 0, 0
		l := newLooks(nil, 5*time.Second)
		l.ask = func(ctx context.Context, _ time.Time, _ []fence.Lane) (map[fence.Lane]riversource.Stand, error) {
			under++
			most = max(most, under)
			defer func() { under-- }()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		var all sync.WaitGroup
		begun := time.Now()
		for range 50 {
			all.Go(func() {
				_, err := l.stands(t.Context(), time.Now(), nil)
				if late := (*fence.Late)(nil); !errors.As(err, &late) || late.After != 5*time.Second {
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if took := time.Since(begun); most != 1 || took != 5*time.Second {
			t.Errorf("%d at once, %s", most, took)
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		if _, err := l.stands(left, time.Now(), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left is told %v", err)
		}
		l.ask = func(context.Context, time.Time, []fence.Lane) (map[fence.Lane]riversource.Stand, error) {
			return nil, nil
		}
		if _, err := l.stands(t.Context(), time.Now(), nil); err != nil {
			t.Errorf("after that: %v", err)
		}
	})
}
