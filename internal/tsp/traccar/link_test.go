package traccar_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/traccar"
	"github.com/waybill-dev/waybill/internal/tsp/tsptest"
)

// linking is a write that links a driver to a device or, if it ends, unlinks them.
func linking(t *testing.T, device, driver resource.SourceID, ends bool) tsp.Write {
	t.Helper()
	members := `"vehicle_id":"` + uuid.NewString() + `","driver_id":"` + uuid.NewString() + `","started_at":"2026-01-15T06:00:00Z"`
	if ends {
		members += `,"ended_at":"2026-01-15T14:30:00Z"`
	}
	w := writing(t, tsp.Capability{Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create}, members)
	w.Refs = resource.Refs{"vehicle_id": {device}, "driver_id": {driver}}
	w.Pace, w.Progress = tsptest.Free{}, new(tsptest.Memory)
	return w
}

func TestADriverWhoIsLinkedGetsMessagesAndOneWhoIsUnlinkedNoMore(t *testing.T) {
	t.Parallel()
	s := session(t, token(served(t)))
	reached := func() error { _, err := messageTo(t, s, "6"); return err }
	if reached() == nil {
		t.Fatal("the driver 6 gets messages without a link")
	}
	for n, step := range []struct {
		ends bool
		note string
	}{{false, ""}, {false, "it was so already"}, {true, ""}, {true, "it was so already"}, {false, ""}} {
		out, err := s.Write(t.Context(), linking(t, "1", "6", step.ends))
		if err != nil || out.SourceID != "1/6" || out.Collection != "permissions" || out.Note != step.note {
			t.Fatalf("step %d: %+v, %v", n, out, err)
		}
		// What the session remembers of links is no longer so.
		if err := reached(); (err != nil) != step.ends {
			t.Errorf("step %d: a message ends as %v", n, err)
		}
	}
}

func TestAnEndIsNotTakenForMadeWhereTheDriverIsNotSeen(t *testing.T) {
	t.Parallel()
	url := served(t)
	link(t, url, `{"deviceId":1,"driverId":6}`)
	dispatcher := session(t, basic(url, "dispatcher@waybill.example", "traccar-dispatcher-password"))
	out, err := dispatcher.Write(t.Context(), linking(t, "1", "6", true))
	if !hasClass(err, tsp.Forbidden) || !strings.Contains(err.Error(), "must be an administrator or linked") {
		t.Errorf("a link that is not seen: %+v, %v", out, err)
	}
	if out, err = session(t, token(url)).Write(t.Context(), linking(t, "1", "6", true)); err != nil || out.Note != "" {
		t.Errorf("the link is there no more: %+v, %v", out, err)
	}
}

func TestAnEndTellsThatItsTimeIsNotKept(t *testing.T) {
	t.Parallel()
	for ends, want := range map[bool]int{false: 1, true: 2} {
		w := linking(t, "1", "6", ends)
		p := traccar.New().Spec().Actions[w.Capability].Apply("Traccar", w.Schema, w.Payload, tsp.Settings{})
		if len(p.Problems) > 0 || len(p.Warnings) != want || len(p.Dropped()) != 1 || ends && p.Warnings[1].Path != "ended_at" {
			t.Errorf("%v: %+v", ends, p)
		}
	}
}

func TestALinkLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	y := &yard{trackers: []tracker{{protocol: "watch", drivers: []int{1, 2}}}}
	s := y.open(t)
	out, found, err := s.(tsp.Finder).Find(t.Context(), linking(t, "1", "2", false))
	if err != nil || !found || out.SourceID != "1/2" {
		t.Errorf("a link that is there: %+v, %v, %v", out, found, err)
	}
	for _, w := range []tsp.Write{linking(t, "1", "3", false), linking(t, "1", "1", true)} {
		if out, found, err := s.(tsp.Finder).Find(t.Context(), w); err != nil || found {
			t.Errorf("what is not so is found: %+v, %v", out, err)
		}
	}
}

func TestWhatIsNoIDOfTraccarsIsNotSent(t *testing.T) {
	t.Parallel()
	s := answering(t, nil)
	for _, pair := range [][2]resource.SourceID{{"x", "1"}, {"1", "x"}, {"01", "1"}, {"1", "1 OR 1"}} {
		_, err := session(t, token(s.url)).Write(t.Context(), linking(t, pair[0], pair[1], false))
		if !hasClass(err, tsp.Missing) || !strings.Contains(err.Error(), "is no id of Traccar's") || len(s.sent) > 0 {
			t.Errorf("%v: %v, sent %v", pair, err, s.sent)
		}
	}
}
