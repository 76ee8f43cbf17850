package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/audit"
)

func TestWhatBecameOfAThingIsToldByItsMembers(t *testing.T) {
	t.Parallel()
	one, two := audit.Facts{"a": int64(1), "b": "x"}, audit.Facts{"a": int64(1), "b": "y", "c": nil}
	for name, c := range map[string]struct {
		before, after audit.Facts
		action        string
		changed       []string
		moved         bool
	}{
		"made":      {nil, one, "created", []string{}, true},
		"changed":   {one, two, "changed", []string{"b"}, true},
		"ended":     {one, nil, "deleted", []string{}, true},
		"as it was": {one, audit.Facts{"b": "x", "a": int64(1)}, "changed", []string{}, false},
	} {
		got, moved, err := audit.Compare(c.before, c.after)
		if err != nil || moved != c.moved || got.Action != c.action || cmp.Diff(c.changed, got.Changed) != "" {
			t.Errorf("%s: %+v, %v, %v", name, got, moved, err)
		}
		if (c.before == nil) != (got.Before == "") || (c.after == nil) != (got.After == "") {
			t.Errorf("%s: digests %q and %q", name, got.Before, got.After)
		}
	}
}

func TestTheFirstBrokenLinkIsTold(t *testing.T) {
	t.Parallel()
	log := func() (all []audit.Entry) {
		var head audit.Head
		for i := range 6 {
			e, err := audit.Entry{At: time.Date(2026, 3, 4, 12, i, 0, 0, time.UTC), Actor: audit.Actor{Name: "client:c"},
				Action: "changed", Object: fmt.Sprint("client:", i)}.Chained(head)
			if err != nil {
				t.Fatal(err)
			}
			all, head = append(all, e), audit.Head{Seq: e.Seq, Hash: e.Hash}
		}
		return all
	}
	whole, err := audit.Head{}.Verify(log())
	if err != nil || whole.Seq != 6 {
		t.Fatalf("%v, %v", whole, err)
	}
	for name, c := range map[string]struct {
		spoil func([]audit.Entry) []audit.Entry
		says  string
	}{
		"another actor":  {func(l []audit.Entry) []audit.Entry { l[2].Name = "client:other"; return l }, "entry 3"},
		"another time":   {func(l []audit.Entry) []audit.Entry { l[2].At = l[2].At.Add(1); return l }, "entry 3"},
		"another member": {func(l []audit.Entry) []audit.Entry { l[2].Changed = []string{"x"}; return l }, "entry 3"},
		"one taken out":  {func(l []audit.Entry) []audit.Entry { return append(l[:2:2], l[3:]...) }, "entry 3 is missing"},
		"two exchanged":  {func(l []audit.Entry) []audit.Entry { l[2], l[3] = l[3], l[2]; return l }, "entry 3 is missing"},
		"the first gone": {func(l []audit.Entry) []audit.Entry { return l[1:] }, "entry 1 is missing"},
		"one renumbered": {func(l []audit.Entry) []audit.Entry { l[4].Seq = 4; return append(l[:3:3], l[4:]...) }, "entry 4"},
		"a hash recast":  {func(l []audit.Entry) []audit.Entry { l[1].Hash = l[0].Hash; return l }, "entry 2"},
		"one made anew": {func(l []audit.Entry) []audit.Entry {
			l[2].Name = "x"
			l[2], _ = l[2].Chained(audit.Head{Seq: 2, Hash: l[1].Hash})
			return l
		}, "entry 4"},
	} {
		if _, err := (audit.Head{}).Verify(c.spoil(log())); !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s", name, err, c.says)
		}
	}
}

func TestAHeadIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	h := audit.Head{Seq: 12, Hash: strings.Repeat("ab", 32)}
	if got, err := audit.ParseHead(h.String()); got != h || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "12", "12:ab", "x:" + h.Hash, "-1:" + h.Hash, "0:" + h.Hash, "12x:" + h.Hash, " 12:" + h.Hash} {
		if got, err := audit.ParseHead(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestWhoActsTravelsInTheContext(t *testing.T) {
	t.Parallel()
	a := audit.Actor{Name: "client:c", Request: "r", Remote: "192.0.2.1"}
	if got := audit.Of(context.WithoutCancel(audit.By(t.Context(), a))); got != a {
		t.Errorf("%+v", got)
	}
	if got := audit.Of(t.Context()); got.Name != "waybill" {
		t.Errorf("%+v", got)
	}
}
