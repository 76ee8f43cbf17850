package tsp_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// marking is an adapter whose writes send a text, and the operation's id if they mark it.
type marking struct {
	plain
	text  string
	marks bool
}

func (m marking) Connect(context.Context, tsp.Access) (tsp.Session, error) { return m, nil }

func (m marking) Write(ctx context.Context, w tsp.Write) (tsp.Written, error) {
	body := m.text
	if m.marks {
		body += " " + w.Operation.String()
	}
	_, err := tsp.PreviewOf(ctx).Take(tsp.Planned{Request: tsp.Request{Content: tsp.Content{Body: &body}}}, nil)
	return tsp.Written{}, err
}

func TestWhatACallerWritesLikeThePlaceholderOfTheIDIsNone(t *testing.T) {
	t.Parallel()
	what := tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}
	spec := tsp.Spec{Name: "traccar", Actions: map[tsp.Capability]tsp.Action{what: {}}}
	for marks, want := range map[bool][]string{false: {}, true: {"{{operation-id}}"}} {
		r, err := tsp.NewRegistry([]tsp.Adapter{marking{plain{spec: spec}, "see {{operation-id}}", marks}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := tsp.NewCaller(r, http.DefaultClient, time.Second, slog.New(slog.DiscardHandler))
		planned, end := c.Preview(t.Context(), tsp.Target{Connection: uuid.New(), TSP: "traccar",
			Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }},
			tsp.Write{Capability: what, Operation: uuid.New()}, false)
		if end != nil || len(planned) != 1 {
			t.Fatalf("%d requests, %v", len(planned), end)
		}
		if diff := cmp.Diff(want, planned[0].Placeholders); diff != "" {
			t.Errorf("marked %t (-want +got):\n%s", marks, diff)
		}
	}
}
