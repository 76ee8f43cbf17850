package steps_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestARefusalThatNamesTheOperationItselfLeavesItUnknown(t *testing.T) {
	t.Parallel()
	ours := uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8058")
	for _, c := range []struct {
		said string
		end  tsp.Class
		want tsp.Class
	}{
		{"external id waybillOperation:01890a5dac96774bbcceb302099a8058 is already used by object 281474976710681", tsp.Rejected, tsp.Unknown},
		{"Reference 01890A5D-AC96-774B-BCCE-B302099A8058 has already been taken", tsp.Rejected, tsp.Unknown},
		{"external id waybillOperation:01890a5dac96774bbcceb302099a8059 is already used", tsp.Rejected, tsp.Rejected},
		{"external id T-900 is already used by object 281474976710681", tsp.Rejected, tsp.Rejected},
		{"00000000-0000-0000-0000-000000000000 is taken", tsp.Rejected, tsp.Rejected},
		{"no permission to make 01890a5dac96774bbcceb302099a8058", tsp.Forbidden, tsp.Forbidden},
	} {
		o := &world{ends: map[string]error{"call a": &tsp.Error{Class: c.end, Message: c.said, Status: 400}}}
		w := o.write()
		w.Operation = ours
		_, err := plan(o.harmful("a")...).Perform(t.Context(), w)
		if e := wantClass(t, err, c.want); e.Status != 400 || !strings.HasSuffix(e.Message, c.said) {
			t.Errorf("%q became %+v", c.said, e)
		}
	}
}

func TestAWriteWithoutAnOperationIsNamedByNoRefusal(t *testing.T) {
	t.Parallel()
	o := &world{ends: map[string]error{"call a": &tsp.Error{Class: tsp.Rejected, Message: "00000000-0000-0000-0000-000000000000", Status: 400}}}
	_, err := plan(o.harmful("a")...).Perform(t.Context(), o.write())
	wantClass(t, err, tsp.Rejected)
}
