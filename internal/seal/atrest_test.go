package seal

import (
	"bytes"
	"testing"
)

func TestAHashIsThatOfItsSeedAndText(t *testing.T) {
	t.Parallel()
	_, s, _ := testKey(t, 1)
	_, other, _ := testKey(t, 2)
	hash := func(by *Sealer, seed, text string) []byte {
		t.Helper()
		a, err := by.AtRest([]byte(seed), true)
		if err != nil || !a.Seals() {
			t.Fatalf("%v", err)
		}
		return a.Hash([]byte(text))
	}
	first := hash(s, "seed", "https://r.example/")
	if again := hash(other, "seed", "https://r.example/"); !bytes.Equal(first, again) {
		t.Error("another data key makes another hash, so that nothing is found behind a rotation")
	}
	for name, differs := range map[string][]byte{
		"another text": hash(s, "seed", "https://r.example/2"), "another seed": hash(s, "seed 2", "https://r.example/"),
	} {
		if bytes.Equal(first, differs) {
			t.Errorf("%s makes the same hash", name)
		}
	}
	if off, err := s.AtRest([]byte("seed"), false); err != nil || off.Seals() {
		t.Errorf("it seals although it is off: %v", err)
	}
}
