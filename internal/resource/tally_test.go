package resource_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// However a request is read in parts, nothing that is wrong with it is lost or counted twice.
func TestATallyOfTalliesCountsWhatOneWouldCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var whole, parts resource.Tally
		for range rapid.IntRange(0, 4).Draw(t, "parts") {
			var part resource.Tally
			for range rapid.SampledFrom([]int{0, 1, 60, 99, 100, 101, 102, 300}).Draw(t, "problems") {
				p := resource.Problem{Path: "a", Message: "is wrong", Code: resource.CodeEnum}
				whole.Add(p)
				part.Add(p)
			}
			parts.Add(part.Problems()...)
		}
		a, b := lines(whole.Problems()), lines(parts.Problems())
		if len(a) > 101 || strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Fatalf("at once %d: %s; in parts %d: %s", len(a), a[len(a)-1], len(b), b[len(b)-1])
		}
	})
}
