package api

import (
	"maps"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// answers are the bodies that we write, empty, by the name of their schema. What is written of an
// empty one is written of any.
func answers(t *testing.T) map[string]any {
	t.Helper()
	all := map[string]any{
		"ConnectionRead": connection.Read{}, "DataFreshness": record.Freshness{},
		"ResourceOperation": inBoth(t, operation.Operation{}.Answer(), operation.Operation{}.Previewed(operation.Preview{})),
		"WritePreview":      operation.Preview{}, "PlannedRequest": tsp.Planned{}, "ExchangeRequest": tsp.Request{},
		"Resolution": operation.ResolutionRead{}, "Exchange": tsp.Exchange{}, "ExchangeResponse": tsp.Response{},
		"WriteFailure": operation.Failure{}, "ResolvedReference": operation.Reference{}, "LimitCharge": operation.Charge{},
		"PreviewBehind": operation.PreviewBehind{}, "ResourceOperationRead": operation.Operation{}.Read(),
		"JobRead": job.Job{}.Read(), "JobPreview": job.Job{}.Preview(), "JobRefusal": job.RefusalRead{},
		"ResourceOperationLog": operation.Log{}, "BaseResourceOperationEvent": operation.Operation{}.Read(),
		"Webhook": webhook.Webhook{}, "WebhookRead": webhook.Read{}, "WebhookLogRead": webhook.LogRead{},
		"ShareAgreementRead": access.AgreementRead{}, "BaseShareAgreementEvent": access.AgreementRead{},
		"FleetRead": access.FleetRead{}, "PartnerRead": access.PartnerRead{}, "TspRead": tspRead{},
		"TspIntegrationsRead": integrations{},
		"CapabilityDocument":  tsp.CapabilityDocument{}, "CapabilitySetting": tsp.SettingDocument{},
		"CapabilityCredentials": tsp.CredentialShapes{}, "CapabilityCredentialField": tsp.CredentialMember{},
		"CapabilityWrite": tsp.WriteDocument{}, "CapabilityLimit": tsp.LimitDocument{},
		"CapabilityField": tsp.FieldDocument{},

		"TokenResponse": access.Token{}, "ErrorResponse": oauthError{}, "AuthorizationServer": authorizationServer{},
		"KeySet":  access.KeySet{},
		"Healthy": healthBody{}, "ValidationErrorDetail": wrongDetail{}, "UnprocessableEntity": invalid{},
		"TooManyRequests": tooMany{}, "TooManyRequestsOptionalDetail": tooMany{}, "RetryAfterDetail": retryAfter{},
		"InternalServerError": internalError{},
	}
	for _, name := range []string{"BadRequest", "Unauthorized", "Forbidden", "NotFound", "MethodNotAllowed", "Conflict",
		"NotImplementedResponse", "GatewayTimeout", "ServiceUnavailable"} {
		all[name] = detailed{}
	}
	for _, name := range []string{"Connection", "ResourceOperation", "TspIntegrations", "WebhookLog", "Webhook", "Job"} {
		all["CursorPage"+name+"Read"] = pageBody[int]{}
	}
	for _, name := range []string{"CursorPageFleetRead", "CursorPagePartnerRead", "CursorPageShareAgreementRead"} {
		all[name] = pageBody[int]{Total: new(int)}
	}
	for _, kind := range resource.Kinds() {
		name := camel(kind)
		text, err := record.Record{Kind: kind}.Read("", false)
		if err != nil {
			t.Fatal(err)
		}
		all[name+"Read"], all["_CursorPage_"+name+"Read_"] = text, pageBody[int]{Total: new(int)}
	}
	envelope, err := webhook.Envelope(webhook.Delivery{Event: event.Event{Data: jsontext.Value("{}")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ConnectionCreated", "ConnectionStaled", "ConnectionActivated",
		"ResourceOperationCreated", "ResourceOperationSucceeded", "ResourceOperationFailed", "ShareAgreementCreated",
		"ShareAgreementUpdated", "ShareAgreementDeleted"} {
		all[name] = jsontext.Value(envelope)
	}
	return all
}

// inBoth are the members that two bodies of one schema have in common.
func inBoth(t *testing.T, a, b any) map[string]jsontext.Value {
	t.Helper()
	var all [2]map[string]jsontext.Value
	for i, body := range []any{a, b} {
		text, err := json.Marshal(body)
		if err == nil {
			err = json.Unmarshal(text, &all[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	maps.DeleteFunc(all[0], func(name string, _ jsontext.Value) bool { _, ok := all[1][name]; return !ok })
	return all[0]
}

// A reader that is made from the document must neither handle a member as absent that is always
// there, nor miss one that is not.
func TestWhatIsAlwaysGivenIsRequiredInTheDocument(t *testing.T) {
	t.Parallel()
	text, err := openapi.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Ref        string                    `json:"$ref"`
				Required   []string                  `json:"required"`
				Properties map[string]jsontext.Value `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for name, body := range answers(t) {
		schema, known := document.Components.Schemas[name]
		if of, isRef := strings.CutPrefix(schema.Ref, "#/components/schemas/"); isRef {
			schema = document.Components.Schemas[of]
		}
		if !known {
			t.Errorf("the document has no schema %s", name)
			continue
		}
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var members map[string]jsontext.Value
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		given := slices.Sorted(maps.Keys(members))
		if diff := cmp.Diff(given, slices.Sorted(slices.Values(schema.Required))); diff != "" {
			t.Errorf("%s: what is given and what is required differ (-given +required):\n%s", name, diff)
			t.Logf("SCHEMA %s %s", name, strings.Join(given, ","))
		}
		for _, member := range given {
			if _, ok := schema.Properties[member]; !ok {
				t.Errorf("%s: %s is given, but not described", name, member)
			}
		}
	}
}

// camel is a kind's name in those of schemas.
func camel(kind resource.Kind) string {
	var name strings.Builder
	for word := range strings.SplitSeq(string(kind), "_") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}
