package tables

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func counting() *counter[string, int] {
	return newCounter[string](func(a, b int) int { return a + b })
}

func everyRow(counted map[string]int) []string { return slices.Sorted(maps.Keys(counted)) }

func TestWhatCouldNotBeWrittenDownIsCountedOn(t *testing.T) {
	t.Parallel()
	c, full := counting(), errors.New("the disk is full")
	c.add("a", 1)
	n, err := c.save(t.Context(), everyRow, func(_ context.Context, rows []string, _ map[string]int) error {
		c.add("a", 2)
		return full
	})
	if n != 1 || !errors.Is(err, full) || c.of("a") != 3 {
		t.Errorf("%d rows, %v, %d counted", n, err, c.of("a"))
	}
	if n, err = c.save(t.Context(), everyRow, func(context.Context, []string, map[string]int) error { return nil }); n != 1 || err != nil || c.of("a") != 0 {
		t.Errorf("%d rows, %v, %d counted", n, err, c.of("a"))
	}
}

// A stop that gave up the write would count twice what is stored all the same.
func TestAWriteOfCountsIsNotGivenUp(t *testing.T) {
	t.Parallel()
	c := counting()
	c.add("a", 1)
	ctx, stop := context.WithCancel(t.Context())
	_, err := c.save(ctx, everyRow, func(ctx context.Context, _ []string, _ map[string]int) error {
		stop()
		return ctx.Err()
	})
	if err != nil || c.of("a") != 0 {
		t.Errorf("%v, %d counted", err, c.of("a"))
	}
	c.add("a", 1)
	if _, err := c.save(ctx, everyRow, func(context.Context, []string, map[string]int) error { return nil }); err == nil && c.of("a") != 0 {
		t.Errorf("%v, %d counted", err, c.of("a"))
	}
}

func TestNobodyWaitsLongerForCountsThanTheirDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, hangs := counting(), make(chan struct{})
		c.add("a", 1)
		go func() {
			_, _ = c.save(t.Context(), everyRow, func(context.Context, []string, map[string]int) error {
				<-hangs
				return nil
			})
		}()
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), 5*time.Second)
		defer end()
		began := time.Now()
		if _, err := c.alone(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		c.add("b", 1)
		close(hangs)
		synctest.Wait()
		leave, err := c.alone(t.Context())
		if err != nil || c.of("a") != 0 || c.of("b") != 1 {
			t.Fatalf("%v, %d and %d counted", err, c.of("a"), c.of("b"))
		}
		leave()
	})
}
