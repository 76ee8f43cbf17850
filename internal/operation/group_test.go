package operation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// groups stores what comes together at the desk: those whose keys are known there are refused.
type groups struct {
	*desk
	sizes []int
	// away is how many are stored one by one until the store is away.
	away int
}

func (g *groups) AcceptAll(ctx context.Context, all []operation.Entry) ([]operation.Accepted, error) {
	g.sizes = append(g.sizes, len(all))
	if err := g.ask(ctx, "AcceptAll"); err != nil && len(all) > 1 {
		return nil, err
	}
	if len(all) == 1 && g.away > 0 {
		if g.away--; g.away == 0 {
			return nil, &fence.Trouble{Reason: "it is away", Err: errors.New("away")}
		}
	}
	var out []operation.Accepted
	for _, e := range all {
		if strings.Contains(string(e.Operation.Payload), "cannot be stored") {
			return nil, errors.New("no such text")
		}
		if k := e.Operation.Key; k != nil {
			if _, taken := g.keyed[k.Client+"/"+k.Value]; taken {
				out = append(out, operation.Accepted{Operation: e.Operation, Err: operation.ErrKeyTaken})
				continue
			}
			g.keyed[k.Client+"/"+k.Value] = e.Operation
		}
		g.accepted, g.events = append(g.accepted, e.Operation), append(g.events, e.Events...)
		out = append(out, operation.Accepted{Operation: e.Operation})
	}
	return out, nil
}

// grouped is a desk that takes writes together.
func grouped(t *testing.T) (*desk, *groups) {
	d := open(t)
	g := &groups{desk: d}
	c := d.Config
	c.Groups = g
	d.Service = operation.New(c)
	return d, g
}

// together examines requests and submits them.
func (d *desk) together(all ...operation.Request) []operation.Candidate {
	d.t.Helper()
	var candidates []operation.Candidate
	for _, r := range all {
		candidates = append(candidates, d.Examine(d.t.Context(), r))
	}
	if len(d.accepted) > 0 {
		d.t.Error("something was stored before it was submitted")
	}
	return d.SubmitAll(d.t.Context(), candidates)
}

func TestWritesThatAreSubmittedTogetherAreCheckedAndAcceptedAsThoseThatAreNot(t *testing.T) {
	t.Parallel()
	d, g := grouped(t)
	out := d.together(message(`,"message_text":"a"`), message(`,"mesage_text":"b"`), message(`,"message_text":"c"`))
	if !slices.Equal(g.sizes, []int{2}) || len(d.accepted) != 2 || len(d.events) != 2 {
		t.Fatalf("stored %v: %d with %d events", g.sizes, len(d.accepted), len(d.events))
	}
	single := d.submit(message(`,"message_text":"a"`))
	for i, of := range []int{0, 2} {
		op := d.accepted[i]
		if out[of].Err != nil || out[of].Replayed || out[of].Operation.ID != op.ID || d.events[i].Name != event.OperationCreated ||
			d.events[i].Subject != op.ID || op.State != single.State || !op.CreatedAt.Equal(single.CreatedAt) ||
			op.Deadline != single.Deadline {
			t.Errorf("%+v: %v", op, out[of].Err)
		}
	}
	if p := problem.Of(out[1].Err); !tells(p, problem.Invalid, "mesage_text") {
		t.Errorf("the wrong one: %v", out[1].Err)
	}
}

func TestAKeyThatWasGivenBeforeIsAnsweredWhateverTheChecksSay(t *testing.T) {
	t.Parallel()
	keyed := func(r operation.Request, value, print string) operation.Request {
		r.Key = &operation.Key{Client: "c", Value: value, Fingerprint: []byte(print)}
		return r
	}
	d, _ := grouped(t)
	known := operation.Operation{ID: foreign, Partner: partner, State: operation.Succeeded,
		Key: &operation.Key{Client: "c", Value: "old", Fingerprint: []byte("1")}}
	d.keyed["c/old"] = known
	text := `,"message_text":"a"`
	out := d.together(keyed(message(text), "new", "1"), keyed(message(text), "new", "1"), keyed(message(text), "new", "2"),
		keyed(message(text), "old", "1"), keyed(message(`,"wrong":1`), "old", "1"), keyed(message(`,"wrong":1`), "none", "1"))
	if len(d.accepted) != 1 || out[0].Err != nil || out[0].Replayed {
		t.Fatalf("%d accepted, the first %v", len(d.accepted), out[0].Err)
	}
	if out[1].Err != nil || !out[1].Replayed || out[1].Operation.ID != out[0].Operation.ID {
		t.Errorf("the second of a key within the group: %+v", out[1])
	}
	if !tells(problem.Of(out[2].Err), problem.Invalid, "was given before with another request") {
		t.Errorf("another request with it: %v", out[2].Err)
	}
	for _, i := range []int{3, 4} {
		if out[i].Err != nil || !out[i].Replayed || out[i].Operation.ID != known.ID {
			t.Errorf("an old key, %d: %+v", i, out[i])
		}
	}
	if !tells(problem.Of(out[5].Err), problem.Invalid, "wrong") {
		t.Errorf("a wrong one with a new key: %v", out[5].Err)
	}
}

func TestOneThatCannotBeStoredKeepsNoOtherOfItsGroupFromBeing(t *testing.T) {
	t.Parallel()
	d, g := grouped(t)
	out := d.together(message(`,"message_text":"a"`), message(`,"message_text":"cannot be stored"`), message(`,"message_text":"c"`))
	if out[0].Err != nil || out[2].Err != nil || out[1].Err == nil || out[1].Ails ||
		!slices.Equal(g.sizes, []int{3, 1, 1, 1}) {
		t.Errorf("%v: %v, %v, %v", g.sizes, out[0].Err, out[1].Err, out[2].Err)
	}
}

// What is submitted once more must not come behind what was behind it.
func TestBehindOneThatTheStoreDoesNotTakeNoOtherOfItsGroupIsStored(t *testing.T) {
	t.Parallel()
	d, g := grouped(t)
	g.away = 3
	out := d.together(message(`,"message_text":"a"`), message(`,"message_text":"cannot be stored"`), message(`,"message_text":"c"`),
		message(`,"message_text":"d"`))
	if !slices.Equal(g.sizes, []int{4, 1, 1, 1}) {
		t.Fatalf("stored %v", g.sizes)
	}
	if out[0].Err != nil || out[1].Again || !out[2].Again || !out[3].Again {
		t.Errorf("%v, %+v, %+v, %+v", out[0].Err, out[1], out[2], out[3])
	}
}

func TestOfAGroupThatTheStoreDoesNotTakeItIsToldWhetherItMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		err   error
		again bool
	}{
		"away":      {&fence.Trouble{Reason: "it is away", Err: errors.New("away")}, true},
		"lost":      {&fence.Trouble{Reason: "it is gone", Lost: true, Err: errors.New("gone")}, false},
		"uncertain": {&fence.Uncertain{Err: errors.New("lost")}, false},
	} {
		d, g := grouped(t)
		d.fails["AcceptAll"] = c.err
		r := message(`,"message_text":"b"`)
		r.Key = &operation.Key{Client: "c", Value: "k"}
		for _, one := range d.together(message(`,"message_text":"a"`), r) {
			if problem.Of(one.Err).Code != problem.Unavailable || !one.Ails || one.Again != c.again {
				t.Errorf("%s: %+v, %v", says, one.Err, one.Again)
			}
		}
		if !slices.Equal(g.sizes, []int{2}) || slices.Contains(d.asked, "Keyed") {
			t.Errorf("%s: %v, asked %v", says, g.sizes, d.asked)
		}
	}
}

func TestWhatIsCheckedIsAsItWasWhenTheRequestCame(t *testing.T) {
	t.Parallel()
	d, _ := grouped(t)
	for _, came := range []time.Time{{}, now().Add(-time.Second)} {
		r := message(`,"message_text":"a"`)
		r.Came = came
		d.Examine(t.Context(), r)
		want := came
		if came.IsZero() {
			want = now()
		}
		if at, asked := fence.AskedAsOf(d.ctx["Grant"]); !asked || !at.Equal(want) {
			t.Errorf("asked as of %v, not %v", at, want)
		}
	}
}
