package operation_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// remedies are what may have become of an operation that has failed, and what is said of its retry then.
func remedies() map[string]struct {
	change func(*desk, *operation.Operation)
	says   string
} {
	stands := func(as connection.Status) func(*desk, *operation.Operation) {
		return func(d *desk, _ *operation.Operation) { d.conn.Status = as }
	}
	granted := func(as string) func(*desk, *operation.Operation) {
		return func(d *desk, _ *operation.Operation) { d.grant.Status = as }
	}
	return map[string]struct {
		change func(*desk, *operation.Operation)
		says   string
	}{
		"nothing":              {func(*desk, *operation.Operation) {}, ""},
		"deleted":              {stands(connection.Deleted), "its connection is deleted"},
		"cancelled":            {stands(connection.Cancelled), "its connection is cancelled"},
		"forgotten":            {func(d *desk, _ *operation.Operation) { d.fails["Connection"] = connection.ErrNotFound }, "its connection is deleted"},
		"paused":               {stands(connection.Paused), "the connection is paused"},
		"stale":                {stands(connection.Stale), "the connection is stale"},
		"grant paused":         {granted(access.GrantPaused), "paused"},
		"grant ended":          {granted(access.GrantDeleted), "there is no connection"},
		"retried":              {func(_ *desk, op *operation.Operation) { op.RetriedBy = uuid.UUID{44} }, "it was retried as operation " + uuid.UUID{44}.String()},
		"done in part":         {func(_ *desk, op *operation.Operation) { op.Attempts = []operation.Attempt{{N: 1, Class: tsp.Done}} }, "give the body of what is missing"},
		"a revert":             {func(_ *desk, op *operation.Operation) { op.RevertOf = uuid.UUID{45} }, "revert operation " + uuid.UUID{45}.String() + " again"},
		"its reference is not": {func(d *desk, _ *operation.Operation) { delete(d.records, driver) }, "recipient_id"},
		"nobody knows":         {func(d *desk, _ *operation.Operation) { d.fails["Connection"] = access.ErrInvalidToken }, "not known now"},
	}
}

// ended is a desk with an operation that has failed.
func ended(t *testing.T, change func(*desk, *operation.Operation)) (*desk, operation.Operation) {
	t.Helper()
	d := open(t)
	d.Cancels = &lone{}
	op := d.submit(message(`,"message_text":"hi"`))
	op.State, op.UpdatedAt = operation.Failed, now()
	change(d, &op)
	d.listed = append(d.listed, op)
	return d, op
}

func TestARetryIsNamedAsARemedyOnlyWhereItWouldBeAccepted(t *testing.T) {
	t.Parallel()
	for name, c := range remedies() {
		d, op := ended(t, c.change)
		d.Resolver = &resolver{}
		_, tried := d.Try(t.Context(), partner, link, op.ID)
		_, resolved := d.Resolve(t.Context(), operation.Word{Partner: partner, Connection: link, Operation: op.ID, Body: []byte(`{"outcome":"not_applied"}`)})
		for act, err := range map[string]error{"try": tried, "resolve": resolved} {
			p := problem.Of(err)
			names := strings.Contains(p.Detail, "POST .../retry sends it once more")
			if p.Code != problem.Conflict || !strings.Contains(p.Detail, c.says) || names != (c.says == "") {
				t.Errorf("%s, %s: %d %s", name, act, p.Code, p.Detail)
			}
		}
		_, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner})
		if (err == nil) != (c.says == "") {
			t.Errorf("%s: the retry ends with %v", name, err)
		}
	}
}

func TestACancelIsNamedAsARemedyOnlyOfWhatMayBeCancelled(t *testing.T) {
	t.Parallel()
	for state, can := range map[operation.State]bool{operation.Queued: true, operation.Retry: true, operation.Sending: false, operation.Unknown: false} {
		d, op := ended(t, func(_ *desk, op *operation.Operation) { op.State, op.SentAt = state, now() })
		_, _, err := d.Retry(t.Context(), link, op.ID, operation.Request{Partner: partner})
		if p := problem.Of(err); p.Code != problem.Conflict || !strings.Contains(p.Detail, "wait for its end") || strings.Contains(p.Detail, "cancel it") != can {
			t.Errorf("%s: %v", state, err)
		}
	}
}

func TestWhatCannotBeResolvedNamesAnotherWriteOnlyWhereOneIsAccepted(t *testing.T) {
	t.Parallel()
	for _, status := range []connection.Status{connection.Active, connection.Paused, connection.Deleted} {
		for name, op := range map[string]operation.Operation{
			"told by what it says": unsure(resource.KindDriverVehicleAssociation, resource.Create),
			"refused in part": func() operation.Operation {
				op := unsure(resource.KindGroupMessage, resource.Create)
				op.Attempts = []operation.Attempt{{N: 1, Class: tsp.Rejected}, {N: 2, Class: tsp.Unknown}}
				return op
			}(),
		} {
			_, err := (&resolver{lone: &lone{op: op}}).resolve(t, `{"outcome":"applied","source_id":"x"}`, func(d *desk) { d.conn.Status = status })
			p := problem.Of(err)
			if p.Code != problem.Conflict || strings.Contains(p.Detail, "would be refused now") != (status != connection.Active) {
				t.Errorf("%s over what is %s: %v", name, status, err)
			}
		}
	}
}
