package simkit_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

func open(t *testing.T, dir string) *simkit.Host {
	t.Helper()
	host, err := simkit.New(simkit.Options{Dir: dir, Now: noon}, definition())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return host
}

func update(t *testing.T, h *simkit.Host, fn func(tx *simkit.Tx) error) {
	t.Helper()
	if err := h.Store.Update(fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

// contents lists a collection as "seq id object".
func contents(t *testing.T, h *simkit.Host, collection string) []string {
	t.Helper()
	var out []string
	err := h.Store.View(func(tx *simkit.Tx) error {
		for _, i := range tx.Items(collection) {
			out = append(out, fmt.Sprintf("%d %s %v", i.Seq, i.ID, i.Object))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatWasKeptIsFoundAgainEvenWithoutAClose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir)
	update(t, first, func(tx *simkit.Tx) error {
		tx.Add("log", simkit.Object{"n": int64(281474976710657), "f": 1.5, "on": true, "list": []any{"a", nil}})
		return tx.Put("things", "x", simkit.Object{"name": "before"}, "name before")
	})
	update(t, first, func(tx *simkit.Tx) error {
		tx.Delete("things", "1")
		return tx.Put("things", "x", simkit.Object{"name": "after"}, "name after")
	})
	second := open(t, dir) // first was never closed, as after kill -9
	for _, collection := range []string{"things", "log"} {
		if diff := cmp.Diff(contents(t, first, collection), contents(t, second, collection)); diff != "" {
			t.Errorf("%s: %s", collection, diff)
		}
	}
	update(t, second, func(tx *simkit.Tx) error {
		if err := tx.Put("things", "y", simkit.Object{}, "name before"); err != nil {
			t.Errorf("a key that was given up is still taken: %v", err)
		}
		var taken *simkit.TakenError
		if err := tx.Put("things", "z", simkit.Object{}, "name after"); !errors.As(err, &taken) || taken.ID != "x" {
			t.Errorf("a key in use was given away: %v", err)
		}
		return nil
	})
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Error(err)
	}
}

func TestAnObjectKeepsItsPlaceWhenItChanges(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	update(t, h, func(tx *simkit.Tx) error { tx.Add("log", simkit.Object{"n": int64(1)}); return nil })
	update(t, h, func(tx *simkit.Tx) error { tx.Add("log", simkit.Object{"n": int64(2)}); return nil })
	update(t, h, func(tx *simkit.Tx) error { return tx.Put("log", "2", simkit.Object{"n": int64(3)}) })
	want := []string{"2 2 map[n:3]", "3 3 map[n:2]"}
	if diff := cmp.Diff(want, contents(t, h, "log")); diff != "" {
		t.Error(diff)
	}
}

func TestAnUpdateThatFailsLeavesNoTrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir)
	before := contents(t, h, "things")
	change := func(tx *simkit.Tx) {
		tx.Add("things", simkit.Object{})
		tx.Delete("things", "1")
		_ = tx.Put("things", "2", simkit.Object{}, "name seeded")
	}
	err := h.Store.Update(func(tx *simkit.Tx) error { change(tx); return os.ErrInvalid })
	if !errors.Is(err, os.ErrInvalid) {
		t.Errorf("err = %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = h.Store.Update(func(tx *simkit.Tx) error { change(tx); panic("on purpose") })
	}()
	for name, host := range map[string]*simkit.Host{"in memory": h, "in the file": open(t, dir)} {
		if diff := cmp.Diff(before, contents(t, host, "things")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		update(t, host, func(tx *simkit.Tx) error {
			if _, id, ok := tx.Owner("name seeded"); !ok || id != "1" {
				t.Errorf("%s: the key went to %q", name, id)
			}
			if tx.NextSeq() != 2 {
				t.Errorf("%s: next seq = %d", name, tx.NextSeq())
			}
			return nil
		})
	}
}

func TestALineThatWasCutOffIsDropped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir)
	update(t, h, func(tx *simkit.Tx) error { tx.Add("log", simkit.Object{"n": int64(1)}); return nil })
	want := contents(t, h, "log")
	tear(t, dir, `{"seq":3,"born":3,"in":"log","id":"3","obj`)
	again := open(t, dir)
	update(t, again, func(tx *simkit.Tx) error { return tx.Put("things", "9", simkit.Object{}) })
	if diff := cmp.Diff(want, contents(t, open(t, dir), "log")); diff != "" {
		t.Error(diff)
	}
}

func TestADamagedFileIsNotOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_ = open(t, dir).Close()
	tear(t, dir, "rubbish\n")
	_, err := simkit.New(simkit.Options{Dir: dir}, definition())
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("err = %v", err)
	}
}

func tear(t *testing.T, dir, text string) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(dir, "shelf.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestALongHistoryIsCompactedAtTheNextStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir)
	for n := range 10_000 {
		update(t, h, func(tx *simkit.Tx) error {
			return tx.Put("things", "1", simkit.Object{"n": int64(n)}, fmt.Sprint("name ", n))
		})
	}
	want := contents(t, h, "things")
	path := filepath.Join(dir, "shelf.jsonl")
	before, _ := os.Stat(path)
	_ = h.Close()
	again := open(t, dir)
	after, err := os.Stat(path)
	if err != nil || after.Size() > before.Size()/100 {
		t.Errorf("the file has %d bytes, before %d (%v)", after.Size(), before.Size(), err)
	}
	update(t, again, func(tx *simkit.Tx) error {
		if tx.NextSeq() != 10_002 {
			t.Errorf("next seq = %d", tx.NextSeq())
		}
		return tx.Put("things", "2", simkit.Object{})
	})
	if diff := cmp.Diff(want, contents(t, open(t, dir), "things")[:1]); diff != "" {
		t.Error(diff)
	}
}
