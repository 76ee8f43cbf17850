package console

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAPageNamesNoRetryThatItsConnectionWouldRefuse(t *testing.T) {
	t.Parallel()
	for _, class := range []tsp.Class{tsp.Rejected, tsp.Unavailable, tsp.Unauthorized, tsp.Forbidden} {
		for status, says := range map[connection.Status]string{connection.Active: "", connection.Paused: "its connection is paused",
			connection.Stale: "its connection is stale", connection.Deleted: "its connection is deleted", connection.Cancelled: "its connection is cancelled"} {
			o := newOffice()
			o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, status
			o.op.State, o.op.Attempts[0].Class, o.op.Attempts[0].Reach = operation.Failed, class, tsp.ReachSent
			_, text := o.page(t, operationPath(o.op.ID))
			offers := strings.Contains(text, `action="`+operationPath(o.op.ID)+`/retry"`) || strings.Contains(text, "waybill op retry")
			if offers != (says == "") || says != "" && !strings.Contains(text, says) {
				t.Errorf("%s, %s: a retry is offered: %v", class, status, offers)
			}
			ended := status == connection.Deleted || status == connection.Cancelled
			for _, remedy := range []string{">Retry it<", "Retry it once", "then retry", ">Edit and retry<", "Give the connection new credentials"} {
				if ended && strings.Contains(text, remedy) {
					t.Errorf("%s, %s: the page says %q", class, status, remedy)
				}
			}
		}
	}
}

func TestAPageNamesNoRevertThatItsConnectionWouldRefuse(t *testing.T) {
	t.Parallel()
	for status, offers := range map[connection.Status]bool{connection.Active: true, connection.Paused: false, connection.Deleted: false} {
		o := newOffice()
		o.who, o.status = Visitor{Name: "Ada", Role: Admin, Payloads: true}, status
		o.op.State, o.op.Verb = operation.Succeeded, "update"
		if _, text := o.page(t, operationPath(o.op.ID)); strings.Contains(text, `href="`+operationPath(o.op.ID)+`/revert"`) != offers {
			t.Errorf("%s: a revert is offered: %v", status, !offers)
		}
	}
}
