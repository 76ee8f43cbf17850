package tsp_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// inbox is a TSP that shows nothing of a message but that it is there, late and from a beginning
// that may be off.
type inbox struct {
	now    time.Time
	rt     *rapid.T
	things []thing
	writes []*sending
}

// thing is a message at the TSP: when it was made, and when lists begin to show it.
type thing struct{ made, shown time.Time }

// sending is a write with the state that its operation has.
type sending struct {
	sent, ended time.Time
	// certain: told as success. open: nobody knows yet. Neither: told as unknown, for good.
	certain, open bool
}

func (b *inbox) seconds(low, high int, what string) time.Duration {
	return time.Duration(rapid.IntRange(low*1000, high*1000).Draw(b.rt, what)) * time.Millisecond
}

// make lets the TSP take a message that was sent at a time, and returns when the answer comes.
func (b *inbox) take(by time.Time) {
	b.things = append(b.things, thing{made: by, shown: by.Add(b.seconds(0, 29, "lag"))})
}

// send sends one more, and ends as the test draws.
func (b *inbox) send() {
	w := &sending{sent: b.now, ended: b.now.Add(b.seconds(0, 3, "took"))}
	switch rapid.SampledFrom([]string{"answered", "cut", "lost", "late"}).Draw(b.rt, "end") {
	case "answered":
		b.take(w.sent.Add(w.ended.Sub(w.sent) / 2))
		w.certain = true
	case "cut":
		b.take(w.sent)
		w.open = true
	case "late":
		b.take(w.ended.Add(b.seconds(0, 29, "late") / 2))
		b.things[len(b.things)-1].shown = b.things[len(b.things)-1].made
		w.open = true
	case "lost":
		w.open = true
	}
	b.writes = append(b.writes, w)
	b.now = w.ended
}

func (b *inbox) rivalsOf(w *sending) tsp.Rivals {
	return func(_ context.Context, since time.Time) (out []tsp.Rival, _ error) {
		for _, r := range b.writes {
			one := tsp.Rival{SentAt: r.sent, EndedAt: r.ended, Certain: r.certain}
			if r.open {
				one.EndedAt = b.now
			}
			if r != w && !one.EndedAt.Before(since) {
				out = append(out, one)
			}
		}
		return out, nil
	}
}

// settle looks for a write once its settling time is over, and sends it again if it is not there.
func (b *inbox) settle(w *sending) {
	found := 0
	write := tsp.Write{SentAt: w.sent, Rivals: b.rivalsOf(w)}
	alike, err := write.Alike(context.Background(), tsp.Look{Same: func(tsp.Rival) bool { return true }, Slack: slack,
		Now: func() time.Time { return b.now }, List: func(_ context.Context, since time.Time) error {
			found = 0
			begin := since.Add(b.seconds(-29, 29, "off"))
			for _, one := range b.things {
				if !one.made.Before(begin) && !one.shown.After(b.now) {
					found++
				}
			}
			return nil
		}})
	if err != nil {
		b.rt.Fatal(err)
	}
	ours, err := alike.Ours(found)
	switch {
	case err != nil:
		w.open = false
	case ours:
		w.certain, w.open = true, false
	default:
		b.take(b.now)
		b.now = b.now.Add(time.Second)
		w.certain, w.open = true, false
	}
	w.ended = b.now
}

// TestNoTwoEqualWritesAdoptOneMessageAndNoneIsSentTwice holds over histories of equal messages, of
// which some are lost, applied late or shown late, that as many are at the TSP as were told to be,
// and those whose outcome was told as unknown make the only difference.
func TestNoTwoEqualWritesAdoptOneMessageAndNoneIsSentTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := &inbox{rt: rt, now: at(0)}
		for range rapid.IntRange(1, 6).Draw(rt, "writes") {
			b.send()
			b.now = b.now.Add(b.seconds(0, 90, "pause"))
			if last := b.writes[len(b.writes)-1]; last.open && rapid.Bool().Draw(rt, "settles first") {
				b.now = b.now.Add(tsp.DefaultSettling)
				b.settle(last)
			}
		}
		b.now = b.now.Add(2 * tsp.DefaultSettling)
		for _, w := range b.writes {
			if w.open {
				b.settle(w)
			}
		}
		done, unknown := 0, 0
		for _, w := range b.writes {
			if w.certain {
				done++
			} else {
				unknown++
			}
		}
		if len(b.things) < done || len(b.things) > done+unknown {
			rt.Fatalf("%d messages are at the TSP; %d were told to be, and %d may be", len(b.things), done, unknown)
		}
	})
}

// TestWhatCanBeToldIsTold holds that one write without an answer among others that have one is
// always found or missed, never left open.
func TestWhatCanBeToldIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := &inbox{rt: rt, now: at(0)}
		n := rapid.IntRange(1, 6).Draw(rt, "writes")
		asked := rapid.IntRange(0, n-1).Draw(rt, "the one without an answer")
		for i := range n {
			w := &sending{sent: b.now, ended: b.now.Add(b.seconds(0, 3, "took")), certain: i != asked, open: i == asked}
			if i != asked || rapid.Bool().Draw(rt, "taken") {
				b.take(w.sent)
			}
			b.writes = append(b.writes, w)
			b.now = w.ended.Add(b.seconds(0, 90, "pause"))
		}
		b.now = b.now.Add(2 * tsp.DefaultSettling)
		w := b.writes[asked]
		if b.settle(w); !w.certain {
			rt.Fatal("its outcome was told as unknown")
		}
		if len(b.things) != n {
			rt.Fatalf("%d messages are at the TSP, want %d", len(b.things), n)
		}
	})
}
