package simkit_test

import (
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// counted is a shelf that counts how often it is seeded.
type counted struct {
	*shelf
	times *int
}

func (c counted) Seed(tx *simkit.Tx) error {
	*c.times++
	return c.shelf.Seed(tx)
}

func TestWhoOpensManySimulatorsAtAMomentSeedsThemOnce(t *testing.T) {
	t.Parallel()
	times, at := 0, noon()
	seeds := new(simkit.Seeds)
	open := func() *simkit.Store {
		d := definition()
		d.Build = func(h *simkit.Host) simkit.TSP { return counted{&shelf{h}, &times} }
		host, err := simkit.New(simkit.Options{Seeds: seeds, Now: func() time.Time { return at }}, d)
		if err != nil {
			t.Fatal(err)
		}
		return host.Store
	}
	things := func(s *simkit.Store) (n int) {
		_ = s.View(func(tx *simkit.Tx) error {
			n = len(tx.Items("things"))
			return nil
		})
		return n
	}
	first := open()
	second := open()
	if err := second.Update(func(tx *simkit.Tx) error {
		if _, _, taken := tx.Owner("name seeded"); !taken || tx.NextSeq() != 2 {
			t.Errorf("the keys and numbers of the seed are lost: next is %d", tx.NextSeq())
		}
		tx.Delete("things", "1")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if third := open(); times != 1 || things(first) != 1 || things(second) != 0 || things(third) != 1 {
		t.Errorf("seeded %d times; they hold %d, %d and %d things", times, things(first), things(second), things(third))
	}
	at = at.Add(time.Second)
	if open(); times != 2 {
		t.Errorf("at another moment it is seeded %d times in all", times)
	}
}
