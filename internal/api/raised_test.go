package api_test

import (
	"maps"
	"slices"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// The document describes the deliveries that there are. A subscription to any other event warns.
func TestASubscriptionWarnsUnlessTheDocumentHasADelivery(t *testing.T) {
	t.Parallel()
	text, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Webhooks   map[string]jsontext.Value `json:"webhooks"`
		Components struct {
			Schemas map[string]struct {
				Enum []string `json:"enum"`
			} `json:"schemas"`
		} `json:"components"`
	}
	// Other schemas have enums that are no texts.
	if err := json.Unmarshal(text, &d, json.WithUnmarshalers(json.UnmarshalFunc(func(b []byte, s *string) error {
		if jsontext.Value(b).Kind() != '"' {
			return nil
		}
		return json.Unmarshal(b, s)
	}))); err != nil {
		t.Fatal(err)
	}
	var silent []string
	for _, name := range d.Components.Schemas["WebhookEventNameEnum"].Enum {
		if len(webhook.Subscription{EventName: name}.Read().Warnings) == 0 {
			silent = append(silent, name)
		}
	}
	slices.Sort(silent)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(d.Webhooks)), silent); diff != "" {
		t.Errorf("(-deliveries +names without a warning):\n%s", diff)
	}
}
