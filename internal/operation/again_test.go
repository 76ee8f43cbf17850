package operation_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// failing lets an operation that was accepted fail without a trace at its TSP.
func (d *desk) failing(op operation.Operation) operation.Operation {
	op.ID, op.State = uuid.New(), operation.Failed
	d.listed = append(d.listed, op)
	return op
}

func TestARetryIsVerifiedAsWhatItRetriesUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for says, c := range map[string]struct {
		verified, connection bool
		asks                 *bool
		body                 string
		want                 bool
	}{
		"as it was":                     {verified: true, want: true},
		"edited":                        {verified: true, body: `"vehicle_name":"U"`, want: true},
		"told not to":                   {verified: true, asks: &no},
		"told to":                       {asks: &yes, want: true},
		"of one that was not":           {},
		"as its connection has it now":  {connection: true, want: true},
		"not as its connection has it":  {connection: true, asks: &no},
		"of both, and told not to, too": {verified: true, connection: true, asks: &no},
	} {
		d := open(t)
		d.Cancels = &lone{}
		r := update(truck, `"vehicle_name":"T"`)
		r.Verify = &c.verified
		old := d.failing(d.submit(r))
		d.conn.VerifyWrites = c.connection
		again := operation.Request{Partner: partner, Verify: c.asks}
		if c.body != "" {
			again.Body = update(truck, c.body).Body
		}
		op, _, err := d.Retry(t.Context(), link, old.ID, again)
		if err != nil || op.Verify != c.want || len(op.Warnings) > 0 {
			t.Errorf("%s: %v, %v, %v", says, op.Verify, op.Warnings, err)
		}
	}
}

func TestARetryWhoseRecordCannotBeReadBackAnyMoreGoesOnWithAWarning(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Cancels = &lone{}
	old := d.submit(message(""))
	old.Verify = true
	old = d.failing(old)
	op, _, err := d.Retry(t.Context(), link, old.ID, operation.Request{Partner: partner})
	if err != nil || op.Verify || len(op.Warnings) != 1 || op.Warnings[0].Path != "verify" ||
		!strings.HasPrefix(op.Warnings[0].Message, "not read back, as operation "+old.ID.String()+" was to be: Acme shows") {
		t.Errorf("%v, %v, %v", op.Verify, op.Warnings, err)
	}
	old = d.failing(old)
	yes := true
	if _, _, err = d.Retry(t.Context(), link, old.ID, operation.Request{Partner: partner, Verify: &yes}); !tells(problem.Of(err), problem.Invalid, "leave verify out") {
		t.Errorf("asked for it is %v", err)
	}
}

func TestAStrictRetryIsRefusedWhereAFieldWouldBeDropped(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Cancels = &lone{}
	old := d.failing(d.submit(message(`,"priority":"high"`)))
	_, _, err := d.Retry(t.Context(), link, old.ID, operation.Request{Partner: partner, Strict: true})
	if !tells(problem.Of(err), problem.Invalid, "priority: ") {
		t.Errorf("%v", err)
	}
}

func TestARevertIsVerifiedAsTheUpdateThatItTakesBack(t *testing.T) {
	t.Parallel()
	for _, verified := range []bool{true, false} {
		d, old := renamed(t)
		old.Verify = verified
		if op, err := d.reverted(nil); err != nil || op.Verify != verified {
			t.Errorf("%v: %v, %v", verified, op.Verify, err)
		}
	}
}
