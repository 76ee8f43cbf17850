package motive

import (
	"encoding/hex"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// operationMark is the integration name under which the id of the operation that made a record
// stands among its external ids. By it a record is found whose making brought no answer.
const operationMark = "waybill-operation"

// externalID is one of a record's external ids. Writing one adds it; with the Motive id of an
// existing one it replaces that.
type externalID struct {
	ID              int64  `json:"id,omitzero"`
	ExternalID      string `json:"external_id"`
	IntegrationName string `json:"integration_name"`
}

func mark(operation uuid.UUID) string { return hex.EncodeToString(operation[:]) }

// externalIDs are those of a new record: the operation's mark and the caller's id.
func externalIDs(of resource.Opt[string], w tsp.Write) []externalID {
	out := []externalID{{ExternalID: mark(w.Operation), IntegrationName: operationMark}}
	if id, ok := of.Get(); ok {
		out = append(out, externalID{ExternalID: id, IntegrationName: w.Settings.Text(settingIntegration)})
	}
	return out
}

// changedID is the caller's id for a record that has the external ids known.
func changedID(of resource.Opt[string], known []externalID, w tsp.Write) []externalID {
	id, ok := of.Get()
	if !ok {
		return nil
	}
	out := externalID{ExternalID: id, IntegrationName: w.Settings.Text(settingIntegration)}
	for _, one := range known {
		if one.IntegrationName == out.IntegrationName {
			out.ID = one.ID
		}
	}
	return []externalID{out}
}
