package tables

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
)

// plainly is a sealing whose hash shows what it is taken of.
type plainly struct{ Sealing }

func (plainly) Seals() bool             { return true }
func (plainly) Hash(text []byte) []byte { return text }

func TestTheHashOfAURLIsThatOfAPartner(t *testing.T) {
	t.Parallel()
	b := box{with: plainly{}}
	hash := func(partner byte, url string) []byte {
		key, _ := b.keys(uuid.UUID{partner}, url)
		return key.([]byte)
	}
	first := hash(1, "https://r.example/")
	if !bytes.Equal(first, hash(1, "https://r.example/")) {
		t.Error("one URL of one partner has two hashes")
	}
	if bytes.Equal(first, hash(2, "https://r.example/")) || bytes.Equal(first, hash(1, "https://r.example/2")) {
		t.Error("another partner's URL, or another URL, has the same hash")
	}
}
