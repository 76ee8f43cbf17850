package perform

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestWhatIsBeingAnsweredAtOneURLIsNotSentToAnotherMeanwhile(t *testing.T) {
	for _, settles := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox(1)
			d := o.work()
			at := func(url string) dispatch.Item[*parcel] {
				return newParcel(o.waiting[0], webhook.Receiver{ID: receiverID, URL: url}).item(webhook.Receiver{ID: receiverID})
			}
			first := at("https://r.example/")
			if err := d.Begin(t.Context(), fence.Claim{}, first); err != nil {
				t.Fatal(err)
			}
			sub := o.subs[o.sub]
			sub.URL = "https://other.example/"
			o.subs[o.sub] = sub
			began := make(chan error, 1)
			go func() { began <- d.Begin(t.Context(), fence.Claim{}, at(sub.URL)) }()
			synctest.Wait()
			select {
			case err := <-began:
				t.Fatalf("it began beside the first: %v", err)
			default:
			}
			if settles {
				a := dispatch.Attempt[*parcel]{Item: first, Verdict: dispatch.Verdict{Fate: dispatch.Succeeds}}
				if err := d.Settle(t.Context(), fence.Claim{}, a); err != nil {
					t.Error(err)
				}
			} else {
				time.Sleep(longestFlight)
			}
			if err := <-began; !errors.Is(err, fence.ErrOvertaken) {
				t.Errorf("behind the first it ended with %v", err)
			}
			if settles {
				return
			}
			if err := d.Begin(t.Context(), fence.Claim{}, at(sub.URL)); err != nil {
				t.Errorf("it did not begin when the first had not been settled for long: %v", err)
			}
		})
	}
}

func TestAFeedWaitsForWhatIsBeingAnsweredElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(1)
		d := o.work()
		p := newParcel(o.waiting[0], webhook.Receiver{ID: receiverID, URL: "https://r.example/"})
		if !d.flights.enter(t.Context(), p) {
			t.Fatal("it did not begin")
		}
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
		d.flights.leave(p)
		<-landed
	})
}
