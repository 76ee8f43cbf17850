package tsp_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// named is an adapter whose answers hold an id of one length wherever an answer may hold one.
type named struct {
	plain
	id string
}

func (n named) source() resource.SourceID { return resource.SourceID(n.id) }

func (n named) Connect(context.Context, tsp.Access) (tsp.Session, error) { return n, nil }

func (n named) Check(context.Context, tsp.Pacer) (tsp.Account, error) {
	return tsp.Account{Key: n.id}, nil
}

func (n named) Write(context.Context, tsp.Write) (tsp.Written, error) {
	return tsp.Written{SourceID: n.source()}, nil
}

func (n named) Find(context.Context, tsp.Write) (tsp.Written, bool, error) {
	return tsp.Written{SourceID: "1", Record: &tsp.Record{SourceID: n.source()}}, true, nil
}

func (n named) Read(context.Context, tsp.Single) (tsp.Record, error) {
	return tsp.Record{SourceID: n.source()}, nil
}

func (n named) List(context.Context, tsp.List) (tsp.Page, error) {
	return tsp.Page{Records: []tsp.Record{{SourceID: "1"}, {SourceID: "2", Names: map[string][]tsp.Named{
		"driver_id": {{SourceID: n.source()}}}}}}, nil
}

func TestIdsThatCannotBeKeptAreTheEndOfTheirCall(t *testing.T) {
	t.Parallel()
	what := tsp.Capability{Kind: resource.KindVehicle, Verb: resource.Create}
	for length, class := range map[int]tsp.Class{tsp.LongestID: "", tsp.LongestID + 1: tsp.Broken} {
		n := named{plain{spec: tsp.Spec{Name: "traccar", Actions: map[tsp.Capability]tsp.Action{what: {}}}}, strings.Repeat("x", length)}
		r, err := tsp.NewRegistry([]tsp.Adapter{n}, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := tsp.NewCaller(r, http.DefaultClient, time.Second, slog.New(slog.DiscardHandler))
		to := tsp.Target{Connection: uuid.New(), TSP: "traccar",
			Credentials: func(context.Context) (tsp.Credentials, error) { return tsp.Credentials{}, nil }}
		_, checked := c.Check(t.Context(), to, nil)
		_, written := c.Write(t.Context(), to, tsp.Write{Capability: what})
		_, _, found := c.Find(t.Context(), to, tsp.Write{})
		_, read := c.Read(t.Context(), to, tsp.Single{})
		_, listed := c.List(t.Context(), to, tsp.List{})
		for call, end := range map[string]*tsp.Error{"a check": checked, "a write": written, "a look-up": found, "a read": read,
			"a list": listed} {
			if end == nil && class != "" || end != nil && (end.Class != class || !strings.Contains(end.Message, "501 bytes")) {
				t.Errorf("%s of %d bytes ends as %v", call, length, end)
			}
		}
	}
}
