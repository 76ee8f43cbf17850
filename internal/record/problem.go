package record

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// What Waybill says itself of an import that failed, where no words of the TSP are told.
const (
	// Unstored: the fault is Waybill's own, and its log says more.
	Unstored = "the records could not be stored"
	// Unexplained: the TSP has refused, and says nothing of why.
	Unexplained = "the import failed, and the TSP says nothing of why"

	unshared = "nothing was imported, because the share agreement between the fleet and the partner that made the connection " +
		"does not let that partner read "
)

// Unshared says of a kind that the share agreement keeps it from being imported.
func Unshared(kind resource.Kind) string { return unshared + string(kind) }

// OwnProblem tells whether why an import failed is in Waybill's own words alone, which quote nobody. Whoever may not read
// payloads may read it.
func OwnProblem(problem string) bool {
	kind, has := strings.CutPrefix(problem, unshared)
	return problem == Unstored || problem == Unexplained || has && slices.Contains(resource.Kinds(), resource.Kind(kind))
}
