package gateway

import (
	"context"
	"slices"

	"github.com/waybill-dev/waybill/bench/measure"
)

// replica is one more program over the same database.
type replica struct {
	process *measure.Process
	addr    string
}

// join starts one more replica.
func (w *Waybill) join(ctx context.Context) (err error) {
	var r replica
	if r.addr, err = FreeAddr(); err != nil {
		return err
	}
	environ := append(slices.Clone(w.environ), "WAYBILL_ADDR="+r.addr)
	if r.process, err = measure.Start(ctx, w.Binary, environ, "serve"); err != nil {
		return err
	}
	w.others = append(w.others, r)
	return answers(ctx, w.client, r.addr, r.process)
}

// at is the address of the replica that gets the nth request.
func (w *Waybill) at(n int) string {
	if i := n % (1 + len(w.others)); i > 0 {
		return w.others[i-1].addr
	}
	return w.addr
}

// processes are all that were started.
func (w *Waybill) processes() []*measure.Process {
	all := []*measure.Process{w.process}
	for _, r := range w.others {
		all = append(all, r.process)
	}
	return all
}

// Usage is what all of its programs have used since they were started last, and the server of their database.
func (w *Waybill) Usage() (sum measure.Usage, err error) {
	for _, p := range w.processes() {
		u, err := p.Usage()
		if err != nil {
			return sum, err
		}
		sum = sum.And(u)
	}
	if w.Server == 0 {
		return sum, nil
	}
	u, err := measure.UsageOfTree(w.Server)
	return sum.And(u), err
}
