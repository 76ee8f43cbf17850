package steps

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// takenBefore makes a refusal that names this very operation an unknown end: nobody but an earlier
// attempt of it can have told the TSP that name, so that attempt may have been taken and is to be
// looked for. Adapters mark what they make with the operation's id, with hyphens or without.
func takenBefore(operation uuid.UUID, err error) error {
	var e *tsp.Error
	if operation == uuid.Nil || !errors.As(err, &e) || e.Class != tsp.Rejected {
		return err
	}
	said := strings.ToLower(e.Message)
	if !strings.Contains(said, operation.String()) && !strings.Contains(said, hex.EncodeToString(operation[:])) {
		return err
	}
	unknown := *e
	unknown.Class = tsp.Unknown
	unknown.Message = "the TSP refuses the write and names an earlier attempt of it: " + e.Message
	return &unknown
}
