package tables_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
)

// An operation is accepted, marked, settled with its record, told and delivered; its first webhooks are behind it,
// as these change what is known of the receiver. What is measured does not depend on the machine.
func TestAnOperationCostsFewStatementsAndLittleLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size                  int
		statements, kilobytes float64
	}{{1, 20.1, 195}, {4, 17.1, 88}, {16, 16.3, 49}} {
		t.Run(fmt.Sprint(c.size, " at once"), func(t *testing.T) {
			t.Parallel()
			w := newTraffic(t, event.OperationSucceeded)
			statements, _ := w.Statements(t)
			round := func(size int) {
				if err := w.round(t.Context(), size); err != nil {
					t.Fatal(err)
				}
			}
			for w.next.Load() < 4*connections {
				round(16)
			}
			ran, logged, ops := statements(), sizeOf(t, w.path+"-wal"), w.next.Load()
			for range 40 {
				round(c.size)
			}
			each := func(n int64) float64 { return float64(n) / float64(w.next.Load()-ops) }
			n, kb := each(statements()-ran), each(sizeOf(t, w.path+"-wal")-logged)/1024
			t.Logf("%.1f statements, %.1f kB", n, kb)
			if n > c.statements || kb > c.kilobytes {
				t.Errorf("%.1f statements and %.1f kB of log for an operation, want at most %v and %v", n, kb, c.statements, c.kilobytes)
			}
		})
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func BenchmarkOperation(b *testing.B) {
	w := newTraffic(b, event.OperationSucceeded)
	bench(b, 64, func() error {
		op, err := w.accept(b.Context())
		if err == nil {
			err = w.MarkSending(b.Context(), fence.Claim{}, op, op.UpdatedAt)
		}
		if err == nil {
			err = w.settle(b.Context(), op)
		}
		return err
	}, func(done func() bool) error {
		for {
			last := done()
			waiting, err := w.take(b.Context(), 64)
			if err != nil {
				return err
			}
			if len(waiting) == 0 && last {
				return nil
			}
			errs := make(chan error, len(waiting))
			for _, d := range waiting {
				go func() { errs <- w.deliver(b.Context(), d) }()
			}
			for range waiting {
				if err := <-errs; err != nil {
					return err
				}
			}
			if len(waiting) == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	})
}

func BenchmarkAccept(b *testing.B) {
	for _, callers := range []int{16, 256} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			w := newTraffic(b, event.OperationCreated)
			bench(b, callers, func() error { _, err := w.accept(b.Context()); return err }, nil)
		})
	}
}

// bench does something b.N times from some callers, beside something else, and tells what CPU it took.
func bench(b *testing.B, callers int, do func() error, beside func(done func() bool) error) {
	begun := cpu(b)
	var left, ended atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			defer ended.Add(1)
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	if beside != nil {
		all.Go(func() {
			if err := beside(func() bool { return ended.Load() == int64(callers) }); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64((cpu(b)-begun).Microseconds())/float64(b.N), "cpu-us/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPaced accepts, marks and settles operations at 200 per second, whatever waits.
func BenchmarkPaced(b *testing.B) {
	w := newTraffic(b, event.OperationCreated)
	took := make([]time.Duration, b.N)
	var all sync.WaitGroup
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for i := range b.N {
		<-tick.C
		all.Go(func() {
			begun := time.Now()
			op, err := w.accept(b.Context())
			took[i] = time.Since(begun)
			if err == nil {
				err = w.MarkSending(b.Context(), fence.Claim{}, op, op.UpdatedAt)
			}
			if err == nil {
				err = w.settle(b.Context(), op)
			}
			if err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[(len(took)-1)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}
