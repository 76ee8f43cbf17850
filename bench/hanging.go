package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/bench/gateway"
)

// besideHanging measures 200 writes a second beside connections of the same TSP none of which answers. Each
// has more to send than is given up while it is measured.
func besideHanging(ctx context.Context, f *field) ([]figure, error) {
	clean, err := f.plain(ctx)
	if err != nil {
		return nil, err
	}
	w, err := f.startMany(ctx, "hanging", f.hanging+f.connections)
	if err != nil {
		return nil, err
	}
	defer f.end(w)
	well := gateway.Part{Waybill: w, From: f.hanging, To: f.hanging + f.connections}
	if err := f.warm(ctx, well); err != nil {
		return nil, err
	}
	f.tsp.SetHanging(func(token string) bool {
		number, ours := strings.CutPrefix(token, "hanging-")
		var n int
		_, err := fmt.Sscan(number, &n)
		return ours && err == nil && n < f.hanging
	})
	defer f.tsp.SetHanging(nil)
	const each = 4
	for n := range each * f.hanging {
		request, err := w.Request(ctx, n%f.hanging, fmt.Sprint("no mark ", n))
		if err != nil {
			return nil, err
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			return nil, fmt.Errorf("a write to a connection that hangs: %s", answer.Status)
		}
	}
	// So long that all of them hang.
	time.Sleep(time.Second)
	return f.rateBeside(ctx, clean, well, burden{what: fmt.Sprintf("%d hanging connections", f.hanging)})
}

// end ends a gateway before the field does.
func (f *field) end(w *gateway.Waybill) {
	if err := w.Process().Kill(); err != nil {
		fmt.Fprintln(f.out, "  ending:", err)
	}
	for i, g := range f.running {
		if g == w {
			f.running = append(f.running[:i], f.running[i+1:]...)
			return
		}
	}
}
