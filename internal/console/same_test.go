package console

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

func TestTheSameWriteIsOfferedForAShellToWhoMayReadIt(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.status = connection.Active
	o.op.Payload = []byte(`{"connection_id":"02000000-0000-0000-0000-000000000000","recipient_id":"03000000-0000-0000-0000-000000000000","message_text":"It's $HOME"}`)
	n := o.over(t).namer(t.Context(), Visitor{Payloads: true})
	all := n.again(o.op, false)
	if len(all) != 3 || !strings.HasSuffix(all[0].Text, `--data-raw '{"connection_id":"02000000-0000-0000-0000-000000000000","recipient_id":"03000000-0000-0000-0000-000000000000","message_text":"It'\''s $HOME"}'`) {
		t.Errorf("%+v", all)
	}
	if retry := all[2].Text; retry != "waybill op retry "+o.op.ID.String() {
		t.Errorf("the retry is %q", retry)
	}
	if all := n.again(o.op, true); len(all) != 2 {
		t.Errorf("of what has reached the TSP in part: %+v", all)
	}
	update := o.op
	update.Verb, update.Kind, update.Awaits, update.Sync, update.Verify = resource.Update, resource.KindVehicle, []uuid.UUID{{5}}, true, true
	update.Payload = []byte(`{"connection_id":"02000000-0000-0000-0000-000000000000","vehicle_name":"T"}`)
	all = n.again(update, true)
	if len(all) != 2 || !strings.HasPrefix(all[0].Text, `curl -X PATCH "$WAYBILL/v2/telematics/vehicles/05000000-0000-0000-0000-000000000000?is_sync=true&verify=true"`) ||
		!strings.HasPrefix(all[1].Text, "waybill write vehicle 05000000-0000-0000-0000-000000000000 --sync --verify --file - <<'END'\n{") {
		t.Errorf("%+v", all)
	}
	o.op.Damaged = operation.ErrNotFound
	if all := n.again(o.op, false); all != nil {
		t.Errorf("of what cannot be read: %+v", all)
	}
	o.op.Damaged = nil
	for _, payloads := range []bool{true, false} {
		if page, _, _ := o.texts(t, payloads); strings.Contains(page, "Copy as curl") != payloads {
			t.Errorf("with payloads %t it is offered otherwise", payloads)
		}
	}
}
