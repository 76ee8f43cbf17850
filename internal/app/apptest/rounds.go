package apptest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// How often something bad is done. TORTURE_ROUNDS and TORTURE_SEED in the environment set others; the seed chooses what
// is done, and to whom.
const tortureRounds = 3

// Rounds is how much is to be done.
func Rounds(t *testing.T) int {
	t.Helper()
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("TORTURE_ROUNDS"), fmt.Sprint(tortureRounds)))
	if err != nil {
		t.Fatalf("TORTURE_ROUNDS: %v", err)
	}
	return rounds
}

// Seed is the seed of TORTURE_SEED, or one that is thrown. Both are told, and how to use it again.
func Seed(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(rand.Uint32())
	if set := os.Getenv("TORTURE_SEED"); set != "" {
		var err error
		if seed, err = strconv.ParseUint(set, 10, 64); err != nil {
			t.Fatalf("TORTURE_SEED: %v", err)
		}
	}
	t.Logf("seed %d", seed)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to repeat it: TORTURE_SEED=%d TORTURE_ROUNDS=%d TORTURE_EVILS='%s' go test -run '^%s$' ./internal/app/...", seed,
				Rounds(t), os.Getenv("TORTURE_EVILS"), strings.ReplaceAll(t.Name(), "/", "$/^"))
		}
	})
	return seed
}
