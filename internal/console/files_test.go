package console

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The copies are those of the npm package htmx.org 4.0.1; a test in browsertest compares them with it.
func TestTheCopiesOfHtmxAreUnchanged(t *testing.T) {
	t.Parallel()
	known := map[string]string{
		"static/htmx/LICENSE":       "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
		"static/htmx/htmx.min.js":   "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
		"static/htmx/hx-sse.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
	}
	there, err := static.ReadDir("static/htmx")
	if err != nil || len(there) != len(known) {
		t.Fatalf("%d files, %v", len(there), err)
	}
	for name, want := range known {
		text, err := static.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has the hash %s", name, got)
		}
	}
}
