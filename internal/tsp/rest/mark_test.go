package rest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// forgetful keeps everything but that a step is done.
type forgetful struct{ *notes }

func (f forgetful) Mark(ctx context.Context, s tsp.Step) error {
	if s.Done {
		return errors.New("the disk is full")
	}
	return f.notes.Mark(ctx, s)
}

func TestAStepThatWasTakenAndCouldNotBeMarkedIsNotTakenAgainUnlessThatIsHarmless(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		findable bool
		marked   []tsp.Step
		want     tsp.Class
	}{
		{"harmful, cannot be looked up", false, nil, tsp.Unknown},
		{"harmful, can be looked up before a repetition", true, nil, tsp.Unknown},
		{"harmless", true, []tsp.Step{{Key: "record", Done: true, SourceID: "v 1"}}, tsp.Unavailable},
	} {
		config, y := stepping(), &yard{}
		if !c.findable {
			write := &config.Writes[len(config.Writes)-1]
			write.Find, write.Strength = nil, tsp.None
		}
		y.steps = c.marked
		w := vehicleCreate(y, false)
		w.Progress = forgetful{&y.notes}
		_, err := serve(t, config, y.ServeHTTP).Write(t.Context(), w)
		if e := ending(t, err); e.Class != c.want {
			t.Errorf("%s: %v, want %s", c.name, e, c.want)
		}
	}
}
