package openapitest

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// A schema that takes anything would let the tests of deliveries pass.
func TestAServedSchemaTakesWhatFitsAndNothingElse(t *testing.T) {
	t.Parallel()
	schema, err := openapi.EventSchema("connection.staled", "1.0")
	if err != nil {
		t.Fatal(err)
	}
	const delivery = `{"version":"1.0","event_name":"connection.staled","id":"01987c3e-6000-7b1f-8f6b-0d9be2c44f12",` +
		`"timestamp":"2026-01-15T10:30:01Z","webhook_id":"247b2dea-a030-78b7-9a05-ee33c1b6ab0a","delivery_attempt":1,` +
		`"data":[{"id":"01987b00-0000-7000-8000-000000000003","source_name":"samsara","fleet_id":"01987b00-0000-7000-8000-000000000002",` +
		`"tsp_id":"f85adc00-123e-59d7-90b7-89660a34b24c","status":"stale"}]}`
	for change, want := range map[string]string{
		"": "",
		`"01987c3e-6000-7b1f-8f6b-0d9be2c44f12"|null`: "",
		"connection.staled|connection.created":        "event_name",
		`"status":"stale"|"status":"tired"`:           "status",
		`"source_name":"samsara",|`:                   "source_name",
		`"delivery_attempt":1,|`:                      "delivery_attempt",
	} {
		from, to, _ := strings.Cut(change, "|")
		body := strings.Replace(delivery, from, to, 1)
		got := strings.Join(wrongBySchema(t, schema, []byte(body)), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %s", change, got)
		}
	}
}
