package motive

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// operationMark is the integration name under which the id of the operation that made a record
// stands among its external ids. By it a record is found whose making brought no answer.
const operationMark = "waybill-operation"

// externalID is one of a record's external ids. Writing one adds it; with the Motive id of an
// existing one it replaces that.
type externalID struct {
	ID              jsontext.Value `json:"id,omitzero"`
	ExternalID      string         `json:"external_id"`
	IntegrationName string         `json:"integration_name"`
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

// withExternalID makes the body of an update. If it holds an external id the record is read
// first, because one that exists is replaced only by its own Motive id.
func withExternalID[P resource.Payload](path, envelope string, body func(P, tsp.Write, []externalID) any) rest.Compose {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
		p, ok := w.Payload.(P)
		if !ok {
			return nil, fmt.Errorf("the payload of %s is a %T", w.Capability, w.Payload)
		}
		if w.Schema.Field("external_id").State(w.Payload) != resource.Set {
			return body(p, w, nil), nil
		}
		id, err := number(w.Target)
		if err != nil {
			return nil, err
		}
		foreseen := externalID{ID: encoded(tsp.Later("id-of-its-external-id")), IntegrationName: w.Settings.Text(settingIntegration)}
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: fmt.Sprintf("%s/%d", path, id),
			Foreseen: map[string]any{envelope: map[string]any{"external_ids": []externalID{foreseen}}}})
		if err != nil {
			return nil, err
		}
		answer, err := rest.Decode[map[string]jsontext.Value](a)
		if err != nil {
			return nil, err
		}
		var known struct {
			ExternalIDs []externalID `json:"external_ids"`
		}
		if err := json.Unmarshal(answer[envelope], &known); err != nil {
			return nil, a.Unexpected("the "+envelope+" has an unexpected shape", err)
		}
		return body(p, w, known.ExternalIDs), nil
	}
}
