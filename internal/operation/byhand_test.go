package operation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// resolver resolves what it is asked to, or fails.
type resolver struct {
	*lone
	fails error
	// faster is what another request resolved it as meanwhile.
	faster *operation.Resolution
	got    []operation.Resolution
}

func (r *resolver) ResolveByHand(_ context.Context, _ connection.Connection, op operation.Operation, as operation.Resolution) (
	operation.Operation, error) {
	r.got = append(r.got, as)
	if r.faster != nil {
		r.op, _ = op.Resolved(*r.faster, now())
	}
	if r.fails != nil {
		return op, r.fails
	}
	r.op, _ = op.Resolved(as, now())
	return r.op, nil
}

// resolve says what became of an operation at a desk.
func (r *resolver) resolve(t *testing.T, body string, changes ...func(*desk)) (operation.Operation, error) {
	t.Helper()
	d := open(t)
	for _, change := range changes {
		change(d)
	}
	d.Store, d.Resolver, d.Cancels = r, r, r
	return d.Resolve(t.Context(), operation.Word{Partner: partner, Connection: link, Operation: r.op.ID, Body: []byte(body), By: "client:x"})
}

// unsure is an operation of unknown outcome.
func unsure(kind resource.Kind, verb resource.Verb) operation.Operation {
	op := operation.Operation{ID: uuid.UUID{77}, Partner: partner, Connection: link, Fleet: fleet, TSP: "acme", Kind: kind, Verb: verb,
		State: operation.Failed, CutAt: now(), Tries: 1, UpdatedAt: now()}
	if verb == resource.Update {
		op.Resource, op.SourceID = truck, "v-1"
	}
	return op
}

const (
	wasApplied = `{"outcome":"applied","source_id":"v-9"}`
	wasNot     = `{"outcome":"not_applied"}`
)

func TestAnOutcomeThatIsUnknownIsResolvedOnce(t *testing.T) {
	t.Parallel()
	r := &resolver{lone: &lone{op: unsure(resource.KindVehicle, resource.Create)}}
	op, err := r.resolve(t, wasApplied)
	if err != nil || op.State != operation.Succeeded || op.Resolution.By != "client:x" || op.Resolution.SourceID != "v-9" || op.Tries != 2 {
		t.Fatalf("%v: %+v", err, op)
	}
	for _, again := range []string{wasApplied, `{"outcome":"applied"}`, `{"source_id":null,"outcome":"applied"}`} {
		if same, err := r.resolve(t, again); err != nil || same.Tries != op.Tries || len(r.got) != 1 {
			t.Errorf("%s once more: %v: %+v", again, err, same)
		}
	}
	for _, other := range []string{wasNot, `{"outcome":"applied","source_id":"v-8"}`} {
		if _, err := r.resolve(t, other); !tells(problem.Of(err), problem.Conflict, "that is final") || len(r.got) != 1 {
			t.Errorf("%s: %v", other, err)
		}
	}
}

func TestOnlyWhatHasEndedWithoutAKnownOutcomeIsResolved(t *testing.T) {
	t.Parallel()
	parts := func(classes ...tsp.Class) func(*operation.Operation) {
		return func(op *operation.Operation) {
			for i, c := range classes {
				op.Attempts = append(op.Attempts, operation.Attempt{N: i + 1, Class: c, EndedAt: now()})
			}
		}
	}
	for says, c := range map[string]struct {
		change func(*operation.Operation)
		body   string
	}{
		"it has succeeded":       {func(op *operation.Operation) { op.State = operation.Succeeded }, wasApplied},
		"still being found out":  {func(op *operation.Operation) { op.State = operation.Unknown }, wasApplied},
		"it is pending":          {func(op *operation.Operation) { op.State = operation.Retry }, wasNot},
		"its outcome is known":   {func(op *operation.Operation) { op.CutAt = time.Time{} }, wasNot},
		"a part of it was refus": {parts(tsp.Unknown, tsp.Rejected), wasApplied},
		"send the same once mor": {func(op *operation.Operation) { op.Kind = resource.KindDriverVehicleAssociation }, wasApplied},
	} {
		r := &resolver{lone: &lone{op: unsure(resource.KindVehicle, resource.Create)}}
		c.change(&r.op)
		if _, err := r.resolve(t, c.body); !tells(problem.Of(err), problem.Conflict, says) || len(r.got) > 0 {
			t.Errorf("%q: %v", says, err)
		}
	}
	r := &resolver{lone: &lone{op: unsure(resource.KindGroupMessage, resource.Create)}}
	parts(tsp.Unknown, tsp.Done)(&r.op)
	if _, err := r.resolve(t, `{"outcome":"applied"}`); err != nil {
		t.Errorf("of which no part was refused: %v", err)
	}
	r = &resolver{lone: &lone{op: unsure(resource.KindDriverVehicleAssociation, resource.Create)}}
	if _, err := r.resolve(t, wasNot); err != nil {
		t.Errorf("an association that was not applied: %v", err)
	}
}

func TestWhatIsSaidOfAnOutcomeMustBeWhole(t *testing.T) {
	t.Parallel()
	create := unsure(resource.KindVehicle, resource.Create)
	for says, c := range map[string]struct {
		op   operation.Operation
		body string
	}{
		"the body is empty":        {create, ""},
		"outcome: ":                {create, `{}`},
		"colour: ":                 {create, `{"outcome":"applied","source_id":"v-9","colour":"red"}`},
		"outcome: must be one of":  {create, `{"outcome":"done"}`},
		"source_id: goes with":     {create, `{"outcome":"not_applied","source_id":"v-9"}`},
		"source_id: is required":   {create, `{"outcome":"applied"}`},
		"source_id: must have at":  {create, `{"outcome":"applied","source_id":"` + strings.Repeat("x", 501) + `"}`},
		"source_id: must be that ": {unsure(resource.KindVehicle, resource.Update), wasApplied},
	} {
		r := &resolver{lone: &lone{op: c.op}}
		if _, err := r.resolve(t, c.body); !tells(problem.Of(err), problem.Invalid, says) || len(r.got) > 0 {
			t.Errorf("%q: %v", says, err)
		}
	}
}

func TestWhatWasAppliedIsAskedForWithTheRightsOfTheWrite(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		change func(*desk)
		code   problem.Code
	}{
		"not granted you read_write":   {func(d *desk) { d.grant.Levels[resource.KindVehicle] = access.Read }, problem.Forbidden},
		"share agreement with the":     {func(d *desk) { d.grant.Status = access.GrantDeleted }, problem.Forbidden},
		"must be active to ask the TS": {func(d *desk) { d.conn.Status = connection.Paused }, problem.Conflict},
	} {
		r := &resolver{lone: &lone{op: unsure(resource.KindVehicle, resource.Create)}}
		if _, err := r.resolve(t, wasApplied, c.change); !tells(problem.Of(err), c.code, says) || len(r.got) > 0 {
			t.Errorf("%q: %v", says, err)
		}
		if _, err := r.resolve(t, wasNot, c.change); err != nil {
			t.Errorf("%q, which was not applied: %v", says, err)
		}
	}
}

func TestOfTwoWhoResolveAtOnceTheSecondIsAnsweredByTheFirst(t *testing.T) {
	t.Parallel()
	for body, conflicts := range map[string]bool{wasApplied: false, wasNot: true} {
		r := &resolver{lone: &lone{op: unsure(resource.KindVehicle, resource.Create)}, fails: fence.ErrOvertaken,
			faster: &operation.Resolution{Outcome: operation.Applied, SourceID: "v-9"}}
		op, err := r.resolve(t, body)
		if conflicts != (problem.Of(err).Code == problem.Conflict && err != nil) || !conflicts && op.State != operation.Succeeded {
			t.Errorf("%s: %v: %+v", body, err, op)
		}
	}
	lost := errors.New("the disk is gone")
	r := &resolver{lone: &lone{op: unsure(resource.KindVehicle, resource.Create)}, fails: lost}
	if _, err := r.resolve(t, wasApplied); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}

func TestTheLogTellsHowAnOutcomeWasResolved(t *testing.T) {
	t.Parallel()
	op := unsure(resource.KindVehicle, resource.Create)
	op.Attempts = []operation.Attempt{{N: 1, Class: tsp.Unknown}}
	if !op.Answer().OutcomeUnknown {
		t.Error("that it is unknown is not told")
	}
	for outcome, status := range map[operation.Effect]string{operation.Applied: "success", operation.NotApplied: "failed"} {
		done, _ := op.Resolved(operation.Resolution{Outcome: outcome, By: "client:x"}, now())
		read := done.Read()
		if read.Status != status || read.OutcomeUnknown || len(read.Logs) != 2 || read.Logs[0].Resolution != nil {
			t.Fatalf("%s: %+v", outcome, read)
		}
		last := read.Logs[1]
		if last.Status != status || last.ErrorType != nil || last.Resolution == nil || *last.Resolution != (operation.ResolutionRead{Outcome: outcome, By: "client:x"}) {
			t.Errorf("%s: %+v", outcome, last)
		}
	}
}
