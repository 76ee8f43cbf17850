package tsptest

import (
	"reflect"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkPanic: a payload that no encoder expects ends as Broken through the caller that everybody
// holds, sends nothing, and harms no write that follows.
func checkPanic(t *trial, f form) {
	d := f.writable()
	w := f.world(setup{})
	caller, target := w.caller()
	for name, payload := range map[string]resource.Payload{
		"a nil pointer":                   reflect.Zero(reflect.TypeOf(f.payload(d))).Interface().(resource.Payload),
		"no payload at all":               nil,
		"the payload of another resource": stranger{},
	} {
		w.front.expect(nil)
		before := w.sim.state()
		x := w.write(f, d, 1)
		x.Payload = payload
		_, err := caller.Write(t.ctx, target, x)
		if err == nil || err.Class != tsp.Broken {
			t.errorf("%s ends with %v, want class %s", name, err, tsp.Broken)
		}
		if len(w.front.seen()) > 0 && w.sim.state() != before {
			t.errorf("%s changes the simulator", name)
		}
	}
	if _, err := caller.Write(t.ctx, target, w.write(f, d, 2)); err != nil {
		t.errorf("the write that follows fails: %v", err)
	}
}

// stranger is a payload that no adapter knows.
type stranger struct{ resource.Payload }
