package perform

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestAReceiverThatStaysDamagedIsToldOfOnceAndAskedForOnceInAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(3)
		o.damaged = errors.New("it does not open")
		time.AfterFunc(9*time.Minute+30*time.Second, func() { o.become(webhook.Active) })
		before := 0
		time.AfterFunc(9*time.Minute+29*time.Second, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			before = o.mends
		})
		o.run(t, 9*time.Minute+35*time.Second)
		if before < 9 || before > 11 || len(o.sent) > 0 {
			t.Errorf("in nine minutes it was asked for %d times; %d were sent", before, len(o.sent))
		}
		if o.mends != before+1 {
			t.Errorf("once it was active again it was asked for %d times", o.mends-before)
		}
		if n := strings.Count(o.log.String(), "cannot be read"); n != 2 {
			t.Errorf("it was told %d times", n)
		}
	})
}
