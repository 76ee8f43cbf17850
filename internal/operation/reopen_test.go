package operation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// seats are associations that are known.
type seats struct {
	all   []record.Record
	fails error
	asked record.Query
}

func (s *seats) RecordPage(_ context.Context, q record.Query) (page.Found[record.Record], error) {
	s.asked = q
	return page.Found[record.Record]{Entries: s.all}, s.fails
}

// noSteps are the steps of writes in one.
type noSteps struct{ operation.Cancels }

func (noSteps) Steps(context.Context, uuid.UUID) ([]tsp.Step, error) { return nil, nil }

func TestABeginningThatWasEndedSinceIsNotRetriedAsItIs(t *testing.T) {
	t.Parallel()
	const begun = `"started_at":"2026-01-15T06:00:00.0004Z"`
	body := func(more string) []byte {
		return fmt.Appendf(nil, `{"connection_id":"%s","vehicle_id":"%s","driver_id":"%s",%s}`, link, truck, driver, begun+more)
	}
	ended := record.Record{Fields: jsontext.Value(`{"ended_at":"2026-01-15T14:30:00Z"}`), UpdatedAt: now()}
	const end = `,"ended_at":"2026-01-15T13:00:00Z"`
	for says, c := range map[string]struct {
		known   []record.Record
		payload string
		given   []byte
		refused bool
	}{
		"what was ended since, at":     {known: []record.Record{ended}, refused: true},
		"what goes on":                 {known: []record.Record{{Fields: jsontext.Value(`{}`), UpdatedAt: now()}}},
		"what nobody knows":            {},
		"what was ended before":        {known: []record.Record{{Fields: ended.Fields, UpdatedAt: now().Add(-2 * time.Hour)}}},
		"another end since, at":        {known: []record.Record{ended}, payload: end, refused: true},
		"begun anew since":             {known: []record.Record{{Fields: jsontext.Value(`{}`), UpdatedAt: now()}}, payload: end, refused: true},
		"an end that is known so":      {known: []record.Record{ended}, payload: `,"ended_at":"2026-01-15T14:30:00.0001Z"`},
		"what is given with its body":  {known: []record.Record{ended}, given: body("")},
		"what is told with no content": {known: []record.Record{{Fields: jsontext.Value(`7`), UpdatedAt: now()}}},
	} {
		d := open(t)
		at := &seats{all: c.known}
		d.Shelves, d.Cancels = at, noSteps{}
		d.listed = []operation.Operation{{ID: uuid.UUID{78}, Partner: partner, Connection: link, Fleet: fleet, TSP: "acme", Verb: resource.Create,
			Kind: resource.KindDriverVehicleAssociation, State: operation.Failed, Payload: body(c.payload), UpdatedAt: now().Add(-time.Hour)}}
		r, err := d.Retried(t.Context(), link, uuid.UUID{78}, operation.Request{Partner: partner, Body: c.given})
		if c.refused != (err != nil) || c.refused && !tells(problem.Of(err), problem.Conflict, strings.TrimPrefix(says, "what ")) {
			t.Errorf("%s: %v, %s", says, err, r.Body)
		}
		if q := at.asked; c.refused && (q.From.Nanosecond() != 0 || q.To.Sub(q.From) != time.Millisecond || len(q.References) != 2 || q.Fleets[0] != fleet) {
			t.Errorf("%s: it is looked for by %+v", says, q)
		}
		if _, err := d.Retried(t.Context(), link, uuid.UUID{78}, operation.Request{Partner: partner, Overwrite: true}); err != nil {
			t.Errorf("%s, though it is meant: %v", says, err)
		}
		at.fails = errors.New("the disk is gone")
		if _, err := d.Retried(t.Context(), link, uuid.UUID{78}, operation.Request{Partner: partner}); !errors.Is(err, at.fails) {
			t.Errorf("%s, without the store: %v", says, err)
		}
	}
}

func TestWhatIsAboutToBeEndedIsNotBegunBehindThat(t *testing.T) {
	t.Parallel()
	body := func(of uuid.UUID, started, more string) []byte {
		return fmt.Appendf(nil, `{"connection_id":"%s","vehicle_id":"%s","driver_id":"%s","started_at":"%s"%s}`, link, truck, of, started, more)
	}
	const six, end = "2026-01-15T06:00:00Z", `,"ended_at":"2026-01-15T13:00:00Z"`
	for says, waiting := range map[string][]byte{"": body(sender, six, end), " ": body(driver, "2026-01-16T06:00:00Z", end),
		"which is pending, is to write the same association": body(driver, six, end)} {
		d := open(t)
		d.Shelves, d.Cancels = &seats{}, noSteps{}
		by := operation.Operation{ID: uuid.UUID{79}, Partner: partner, Kind: resource.KindDriverVehicleAssociation, Verb: resource.Create,
			State: operation.Queued, Payload: waiting}
		d.newer.waiting, d.newer.newest = []operation.Operation{by}, 40
		d.listed = []operation.Operation{{ID: uuid.UUID{78}, Partner: partner, Connection: link, Fleet: fleet, TSP: "acme", Verb: resource.Create,
			Kind: by.Kind, State: operation.Failed, Payload: body(driver, six, "")}}
		r, err := d.Retried(t.Context(), link, uuid.UUID{78}, operation.Request{Partner: partner})
		if r.Looked != 40 {
			t.Errorf("%s: it was looked for others up to %d", waiting, r.Looked)
		}
		if refused := len(says) > 1; refused != (err != nil) || refused && !tells(problem.Of(err), problem.Conflict, "operation "+by.ID.String()+", "+says) {
			t.Errorf("%s: %v", waiting, err)
		}
		if _, err := d.Retried(t.Context(), link, uuid.UUID{78}, operation.Request{Partner: partner, Overwrite: true}); err != nil {
			t.Errorf("%s, though it is meant: %v", waiting, err)
		}
	}
}
