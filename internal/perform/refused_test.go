package perform

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestRefusalsAreLoggedEverMoreRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(0)
		for range 120 {
			o.publish(o.sub, uuid.UUID{1})
		}
		o.answers = slices.Repeat([]webhook.Result{{Verdict: webhook.Delivered, Refused: true, StatusCode: 404}}, 120)
		var log bytes.Buffer
		work := o.work()
		work.c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		lanes := dispatch.NewInProcess(time.Now)
		lanes.Activate(fence.Lane{Kind: fence.Receivers, ID: receiverID}, time.Now())
		runLanes(t, dispatch.Config{Source: lanes, Budget: dispatch.NewBudget(time.Now, nil),
			Kinds: map[string]dispatch.Kind{fence.Receivers: work.Kind()}}, time.Minute)
		if n := o.subs[o.sub].Refused; n != 120 {
			t.Errorf("%d refusals are counted", n)
		}
		var told []string
		for line := range strings.Lines(log.String()) {
			if _, count, ok := strings.Cut(line, "refused="); ok {
				told = append(told, strings.TrimSpace(count))
			}
		}
		if diff := cmp.Diff([]string{"1", "10", "100"}, told); diff != "" {
			t.Error(diff, log.String())
		}
	})
}
