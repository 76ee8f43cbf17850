package dispatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestAStopWaitsForNoStoreThatDoesNotSettle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		most  time.Duration
		tries int
	}{
		"that is lost":                {&fence.Trouble{Lost: true, Err: errors.New("it was deleted")}, 0, 1},
		"that is full":                {&fence.Trouble{Err: errors.New("the disk is full")}, time.Second, 0},
		"which fails for any reason":  {errors.New("fields that cannot be read"), time.Second, 0},
		"that is lost, behind a wrap": {fmt.Errorf("settling: %w", &fence.Trouble{Lost: true, Err: errors.New("gone")}), 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &lane{items: []Item[string]{{Seq: 1, Key: "a"}}, settles: func(Attempt[string]) error { return c.err }}
				stop := start(t, NewInProcess(time.Now), l)
				// The pauses have grown to seconds.
				time.Sleep(5 * time.Second)
				begun := time.Now()
				stop()
				_, settled, _ := l.counts()
				if d := time.Since(begun); d > c.most || c.tries > 0 && settled != c.tries {
					t.Errorf("the stop took %v, after %d tries", d, settled)
				}
			})
		})
	}
}

func TestAReadingThatAStopInterruptsIsNoError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		l := &lane{items: []Item[string]{{Seq: 1, Key: "a", NotBefore: time.Now().Add(time.Hour)}}, reads: time.Second}
		l.fails = context.Canceled
		stop := startLogged(t, NewInProcess(time.Now), slog.New(slog.NewTextHandler(&log, nil)), l)
		time.Sleep(time.Second / 2)
		stop()
		if strings.Contains(log.String(), "reading a lane") {
			t.Errorf("%s", log.String())
		}
	})
}
