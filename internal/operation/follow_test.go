package operation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// unmade lets an operation fail with the one that it names, as it was submitted.
func (d *desk) unmade(op operation.Operation) operation.Operation {
	op.ID, op.State, op.Reason = uuid.New(), operation.Failed, operation.Unmade
	d.listed = append(d.listed, op)
	return op
}

// becomes changes an operation that is listed.
func (d *desk) becomes(id uuid.UUID, state operation.State, retriedBy uuid.UUID) {
	i := slices.IndexFunc(d.listed, func(op operation.Operation) bool { return op.ID == id })
	d.listed[i].State, d.listed[i].RetriedBy = state, retriedBy
}

func TestARetryNamesTheNewestRetryOfWhatWasRetried(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Cancels = &lone{}
	hire, truckOp := d.makes(resource.KindUser, operation.Queued), d.makes(resource.KindVehicle, operation.Queued)
	note := d.unmade(d.submit(between(hire, sender, `,"message_text":"hi"`)))
	many := d.unmade(d.submit(group(driver, sender, hire)))
	change := d.unmade(d.submit(update(truckOp, `"vin":"V"`)))
	retries := map[uuid.UUID]uuid.UUID{}
	for id, kind := range map[uuid.UUID]resource.Kind{hire: resource.KindUser, truckOp: resource.KindVehicle} {
		last := d.makes(kind, operation.Queued)
		d.becomes(id, operation.Failed, d.makes(kind, operation.Failed, func(op *operation.Operation) { op.RetriedBy = last }))
		retries[id] = last
	}
	for of, named := range map[uuid.UUID]uuid.UUID{note.ID: retries[hire], many.ID: retries[hire], change.ID: retries[truckOp]} {
		op, _, err := d.Retry(t.Context(), link, of, operation.Request{Partner: partner})
		if err != nil || !slices.Equal(op.Awaits, []uuid.UUID{named}) || strings.Contains(string(op.Payload), hire.String()) {
			t.Errorf("%v: %+v %s", err, op.Awaits, op.Payload)
		}
	}
}

func TestARetryNamesWhatHasNoRetryAndWhatItsCallerGivesAsItIs(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Cancels = &lone{}
	hire := d.makes(resource.KindUser, operation.Queued)
	note := d.unmade(d.submit(between(hire, sender, "")))
	d.becomes(hire, operation.Failed, uuid.Nil)
	for _, c := range []struct {
		says string
		r    operation.Request
	}{
		{"retry it, and name the retry", operation.Request{Partner: partner}},
		{"name operation", operation.Request{Partner: partner, Body: between(hire, sender, "").Body}},
	} {
		_, _, err := d.Retry(t.Context(), link, note.ID, c.r)
		if p := problem.Of(err); !tells(p, problem.Invalid, "sender_id: ") || !tells(p, problem.Invalid, c.says) {
			t.Errorf("%q: %v", c.says, err)
		}
		d.becomes(hire, operation.Failed, d.makes(resource.KindUser, operation.Queued))
	}
}
