package perform

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// at is the nth delivery of an outbox on its way to a URL.
func (o *outbox) at(n int, url string) dispatch.Item[*parcel] {
	return newParcel(o.waiting[n], webhook.Receiver{ID: receiverID, URL: url}).item(webhook.Receiver{ID: receiverID})
}

// elsewhere begins so many deliveries in another lane, whose end nobody tells.
func (o *outbox) elsewhere(t *testing.T, d *Deliveries, n int) {
	t.Helper()
	for i := range n {
		if err := d.Begin(t.Context(), fence.Claim{}, o.at(i, "https://r.example/")); err != nil {
			t.Fatal(err)
		}
	}
}

// troubled is a queue in which nothing can be settled.
type troubled struct {
	*outbox
	err error
}

func (q troubled) SettleDelivery(context.Context, webhook.Settled) error {
	if q.err == nil {
		panic("no pointer at all")
	}
	return q.err
}

func TestWhatIsBeingAnsweredAtOneURLIsNotSentToAnotherMeanwhile(t *testing.T) {
	disk := errors.New("the disk is full")
	lost := &fence.Trouble{Err: disk, Lost: true}
	for name, c := range map[string]struct {
		settle func(*outbox) webhook.Queue
		over   bool
	}{
		"it is settled":             {func(o *outbox) webhook.Queue { return o }, true},
		"settling is tried again":   {func(o *outbox) webhook.Queue { return troubled{o, disk} }, false},
		"the store is lost":         {func(o *outbox) webhook.Queue { return troubled{o, lost} }, true},
		"it went to somebody else":  {func(o *outbox) webhook.Queue { return troubled{o, fence.ErrOvertaken} }, true},
		"whoever settles it panics": {func(o *outbox) webhook.Queue { return troubled{o, nil} }, true},
		"nobody settles it":         {nil, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox(1)
			d := o.work()
			first := o.at(0, "https://r.example/")
			if err := d.Begin(t.Context(), fence.Claim{}, first); err != nil {
				t.Fatal(err)
			}
			sub := o.subs[o.sub]
			sub.URL = "https://other.example/"
			o.subs[o.sub] = sub
			second, begun := o.at(0, sub.URL), time.Now()
			if err := d.Begin(t.Context(), fence.Claim{}, second); !errors.Is(err, fence.ErrOvertaken) || time.Since(begun) > 0 {
				t.Errorf("%s: beside the first it ended with %v after %v", name, err, time.Since(begun))
			}
			if c.settle != nil {
				d.c.Queue = c.settle(o)
				func() {
					defer func() { _ = recover() }()
					_ = d.Settle(t.Context(), fence.Claim{}, dispatch.Attempt[*parcel]{Item: first,
						Verdict: dispatch.Verdict{Fate: dispatch.Succeeds}})
				}()
			}
			if err := d.Begin(t.Context(), fence.Claim{}, second); (err == nil) != c.over {
				t.Errorf("%s: behind it the second ended with %v", name, err)
			}
			time.Sleep(longestFlight + time.Millisecond)
			synctest.Wait()
			if len(d.flights.of) > 0 {
				t.Errorf("%s: %d are under way still", name, len(d.flights.of))
			}
			if err := d.Begin(t.Context(), fence.Claim{}, second); err != nil {
				t.Errorf("%s: after a long time it ended with %v", name, err)
			}
		})
	}
}

func TestWhatIsUnderWayElsewhereHoldsNoPlaceAndIsLookedAtNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, lanes := newOutbox(8), dispatch.NewInProcess(time.Now)
		d := o.work()
		d.c.Floor = dispatch.NewFloor(dispatch.FloorConfig{Places: 4, First: 1, Least: 1, Most: 1, Quickly: time.Second,
			Now: time.Now, Activate: func(l fence.Lane) { lanes.Activate(l, time.Now()) }})
		o.elsewhere(t, d, 4)
		early := 0
		time.AfterFunc(time.Second, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			early = len(o.sent)
		})
		lanes.Activate(fence.Lane{Kind: fence.Receivers, ID: receiverID}, time.Now())
		runLanes(t, dispatch.Config{Source: lanes, Budget: dispatch.NewBudget(time.Now, nil),
			Kinds: map[string]dispatch.Kind{fence.Receivers: d.Kind()}}, longestFlight+5*time.Second)
		if early != 4 || len(o.sent) != 8 || o.queries > 60 {
			t.Errorf("%d were sent at once and %d in all; it was asked %d times", early, len(o.sent), o.queries)
		}
	})
}

func TestAFeedWaitsForWhatIsBeingAnsweredElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(200)
		d := o.work()
		o.elsewhere(t, d, 200)
		landed := make(chan bool)
		go func() {
			d.flights.landed(t.Context(), uuid.Nil)
			close(landed)
		}()
		d.flights.landed(t.Context(), uuid.UUID{99})
		synctest.Wait()
		select {
		case <-landed:
			t.Error("it was not waited for")
		default:
		}
		begun := time.Now()
		if <-landed; time.Since(begun) > longestFlight {
			t.Errorf("it waited %v for what nobody settles", time.Since(begun))
		}
	})
}
