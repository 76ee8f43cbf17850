package access

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// Warning tells of something that was done and may not have been meant.
type Warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// FleetWarnings are what a partner is told whose connection has made a fleet by its reference. grants are the partner's.
func FleetWarnings(ref string, fleet uuid.UUID, grants []Beside) []Warning {
	made := Warning{"fleet_ref", fmt.Sprintf("was new and has made the fleet %s, which grants you everything; "+
		"GET /v2/orgs/fleets lists the fleets that you reach", fleet)}
	return append([]Warning{made}, nearly(Grant{Fleet: fleet, FleetRef: ref}, grants,
		"delete this connection and make it again with that reference")...)
}

// NearWarnings are what a partner is told that has made a fleet, with its grant, under a reference that is nearly another
// one. It cannot delete the fleet, and can let go of it.
func NearWarnings(made Grant, grants []Beside) []Warning {
	return nearly(made, grants, fmt.Sprintf("go on with that one, and cancel your share agreement with the fleet made now: "+
		"POST /v2/orgs/share-agreements/%s/cancel", made.ID))
}

func nearly(made Grant, grants []Beside, remedy string) (all []Warning) {
	for _, g := range grants {
		if g.Fleet != made.Fleet && g.Status != GrantDeleted && Near(made.FleetRef, g.FleetRef) {
			all = append(all, Warning{"fleet_ref", fmt.Sprintf("is nearly %q, by which you know the fleet %s; if that one was meant, %s",
				g.FleetRef, g.Fleet, remedy)})
		}
	}
	return all
}

// Beside is what of a grant is compared with a new reference. All of a grant takes several times as long to read.
type Beside struct {
	Fleet            uuid.UUID
	FleetRef, Status string
}

// beside is how many of a partner's references are compared with a new one on either side of it in their order: most
// slips leave the beginning as it was, and a partner may have ten thousand.
const beside = 32

// NearGrants lists grants of a partner whose references may be nearly one.
func NearGrants(ctx context.Context, s Store, partner uuid.UUID, ref string) ([]Beside, error) {
	return s.GrantsBeside(ctx, partner, ref, beside)
}

// NearRef returns a reference of a partner's that another one is nearly; "" if there is none.
func NearRef(ref string, grants []Beside) string {
	for _, g := range grants {
		if g.Status != GrantDeleted && Near(ref, g.FleetRef) {
			return g.FleetRef
		}
	}
	return ""
}

// Near tells whether two different names are nearly the same: as they are without signs, case and
// leading zeros, or with one letter more, less, other or moved. Other digits are another number, as
// fleet-1 and fleet-2 have, and no slip.
func Near(a, b string) bool {
	if a == b || a == "" || b == "" {
		return false
	}
	lettersA, digitsA := folded(a)
	lettersB, digitsB := folded(b)
	if digitsA != digitsB {
		return false
	}
	if lettersA == lettersB {
		return lettersA+digitsA != ""
	}
	return min(len(lettersA), len(lettersB)) >= 3 && oneSlip([]rune(lettersA), []rune(lettersB))
}

// folded splits a name into its letters, in lower case, and its numbers without leading zeros.
func folded(name string) (letters, digits string) {
	var l, d strings.Builder
	inNumber := false
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			l.WriteRune(unicode.ToLower(r))
			inNumber = false
		case unicode.IsDigit(r) && (r != '0' || inNumber):
			if !inNumber {
				d.WriteByte(' ')
			}
			d.WriteRune(r)
			inNumber = true
		case !unicode.IsDigit(r):
			inNumber = false
		}
	}
	return l.String(), d.String()
}

// oneSlip tells whether one letter is more, less, other or moved by one place.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	rest, other := string(a[i:]), string(b[i:])
	if len(a) < len(b) {
		return rest == string(b[i+1:])
	}
	moved := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && string(a[i+2:]) == string(b[i+2:])
	return len(rest) > 0 && len(other) > 0 && (string(a[i+1:]) == string(b[i+1:]) || moved)
}
