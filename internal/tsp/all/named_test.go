package all_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// standIn is what stands for an id that is not known before it is made.
var standIn = regexp.MustCompile(`[23][0-9]{15}`)

// TestEveryTSPPreviewsWritesOfWhatIsMadeYet previews writes whose records other operations make yet: adapters know
// nothing of that, and some know ids for numbers.
func TestEveryTSPPreviewsWritesOfWhatIsMadeYet(t *testing.T) {
	t.Parallel()
	bodies := map[tsp.Capability]string{
		{Kind: resource.KindVehicle, Verb: resource.Update}: `"vehicle_name":"Truck 12"`,
		{Kind: resource.KindTrailer, Verb: resource.Update}: `"trailer_name":"Trailer 12"`,
		{Kind: resource.KindUser, Verb: resource.Update}:    `"first_name":"Ada","last_name":"Lovelace"`,
		{Kind: resource.KindMessage, Verb: resource.Create}: `"message_text":"Dock 4","sender_id":"ID","recipient_id":"ID"`,
		{Kind: resource.KindGroupMessage, Verb: resource.Create}: `"message_text":"Dock 4","sender_id":"ID",` +
			`"recipient_ids":["ID","ID"]`,
		{Kind: resource.KindDvirLog, Verb: resource.Create}: `"driver_id":"ID","vehicle_id":"ID","log_type":"pre_trip",` +
			`"is_safety_critical":false,"occurred_at":"2026-01-15T10:30:00Z","odometer":5,"odometer_unit":"kilo_meters"`,
		{Kind: resource.KindFuelTransaction, Verb: resource.Create}: `"driver_id":"ID","vehicle_id":"ID","fuel_volume":10,` +
			`"fuel_volume_unit":"LITER","transaction_time":"2026-01-15T10:30:00Z","total_cost":"10.00","currency":"USD"`,
	}
	registry, err := tsp.NewRegistry(all.Adapters(), map[tsp.Name]string{"traccar": "https://traccar.example"})
	if err != nil {
		t.Fatal(err)
	}
	caller := tsp.NewCaller(registry, http.DefaultClient, 5*time.Second, slog.New(slog.DiscardHandler))
	for _, adapter := range all.Adapters() {
		spec := adapter.Spec()
		to := tsp.Target{Connection: uuid.New(), TSP: spec.Name, Settings: spec.SampleSettings,
			Credentials: func(context.Context) (tsp.Credentials, error) { return spec.SampleCredentials, nil }}
		for of, body := range bodies {
			if _, can := spec.Actions[of]; !can {
				continue
			}
			w, placeholders := naming(t, of, body)
			planned, end := caller.Preview(t.Context(), to, w, false)
			text := fmt.Sprintf("%+v", texts(planned))
			if end != nil || len(planned) == 0 {
				t.Errorf("%s, %s: %d requests, %v", spec.Name, of, len(planned), end)
			}
			if found := standIn.FindString(text); found != "" {
				t.Errorf("%s, %s tells %s in %s", spec.Name, of, found, text)
			}
			told := slices.ContainsFunc(placeholders, func(p string) bool { return strings.Contains(text, p) })
			if later := strings.Contains(text, "-of-answer-"); !told && !later {
				t.Errorf("%s, %s names nothing of %v in %s", spec.Name, of, placeholders, text)
			}
		}
	}
}

// naming is a write each of whose references is made by another operation, and the placeholders of these.
func naming(t *testing.T, of tsp.Capability, members string) (w tsp.Write, placeholders []string) {
	t.Helper()
	schema, err := resource.For(of.Kind, of.Verb)
	if err != nil {
		t.Fatal(err)
	}
	for strings.Contains(members, `"ID"`) {
		members = strings.Replace(members, `"ID"`, fmt.Sprintf("%q", uuid.New()), 1)
	}
	payload, wrong := schema.Decode(fmt.Appendf(nil, `{"connection_id":"%s",%s}`, uuid.New(), members))
	if len(wrong) > 0 {
		t.Fatalf("%s: %+v", of, wrong)
	}
	w = tsp.Write{Capability: of, Payload: payload, Schema: schema, Refs: resource.Refs{}, Operation: uuid.New(), Attempt: 1,
		Secret: func(string) []byte { return make([]byte, 32) }, Now: time.Now, SentAt: time.Now()}
	made := func() resource.SourceID {
		id := tsp.MadeBy(uuid.New())
		placeholders = append(placeholders, string(id))
		return id
	}
	if of.Verb == resource.Update {
		w.Target = made()
	}
	for _, f := range schema.References() {
		for range f.IDs(payload) {
			w.Refs[f.Name] = append(w.Refs[f.Name], made())
		}
	}
	return w, placeholders
}

// texts are the parts of requests in which ids may stand.
func texts(planned []tsp.Planned) (all []string) {
	for _, p := range planned {
		all = append(all, p.Request.Method, p.Request.URL)
		if p.Request.Body != nil {
			all = append(all, *p.Request.Body)
		}
	}
	return all
}
