package api_test

import (
	"context"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/operation"
	wrong "github.com/waybill-dev/waybill/internal/problem"
)

func (c *crowd) Preview(_ context.Context, r operation.Request) (operation.Operation, operation.Preview, error) {
	if strings.Contains(string(r.Body), "refused") {
		return operation.Operation{}, operation.Preview{}, wrong.New(wrong.NotImplemented, "not at this TSP")
	}
	return operation.Operation{Kind: r.Kind, Verb: r.Verb, Payload: r.Body}, operation.Preview{Dropped: []string{"priority"}}, nil
}

func TestADryRunOfABatchDoesNothing(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		c, room := crowded(t, func(c *api.Config) { c.Strict = openapi.NewStrict })
		c.who.Strict = strict
		a := c.do(batchPath+"?dry_run=true", lineOf("")+strings.Replace(lineOf(""), "{}", `{"a":"refused"}`, 1), "Content-Type", lineType)
		all := toldBy(t, a)
		if len(all) != 3 || all[0].Status != 200 || all[0].Body["preview"] == nil || all[1].Status != 501 || all[2].Accepted != 0 ||
			!strings.Contains(a.Body.String(), `"previewed":1`) {
			t.Errorf("strict %t: %s", strict, a.Body)
		}
		if len(room.examined) > 0 || len(room.groups) > 0 {
			t.Errorf("%d were examined, %v submitted", len(room.examined), room.groups)
		}
	}
}

// retried is a room whose operations have a member that the contract lacks.
type retried struct{ *crowd }

func (r retried) SubmitAll(ctx context.Context, all []operation.Candidate) []operation.Candidate {
	all = r.crowd.SubmitAll(ctx, all)
	for i := range all {
		all[i].Operation.Reason = operation.Cancelled
	}
	return all
}

func TestLinesAreAnsweredToAStrictClientAsTheirWritesAre(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		c, room := crowded(t)
		config := c.Config
		config.Batches, config.Strict = retried{room}, openapi.NewStrict
		c.Server = api.New(config)
		c.who.Strict = strict
		a := c.do(batchPath, lineOf(`,"ref":"r"`), "Content-Type", lineType)
		if all := toldBy(t, a); len(all) != 2 || all[0].Ref != "r" || all[0].Body["status"] != "pending" || all[1].Accepted != 1 ||
			(all[0].Body["reason"] == nil) != strict {
			t.Errorf("strict %t: %s", strict, a.Body)
		}
	}
}
