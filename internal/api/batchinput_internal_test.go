package api

import "testing"

// Long lines may follow many short ones, for whose number the array has room.
func TestALineThatWasTakenIsNotHeldBehindThoseThatWait(t *testing.T) {
	t.Parallel()
	f := newInflow(nil)
	for n := range 3 {
		f.put(line{n: n + 1, text: []byte("{}")})
	}
	before := f.lines
	f.lines = f.lines[:1:1]
	taken, err := f.take(true)
	if err != nil || len(taken) != 1 || string(taken[0].text) != "{}" {
		t.Fatalf("taken: %v, %v", taken, err)
	}
	if before[0].text != nil {
		t.Error("its text is held")
	}
}
