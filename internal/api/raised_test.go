package api_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// documentedEvents reads the names of the document's deliveries, and of all events.
func documentedEvents(t *testing.T) (delivered, known []string) {
	t.Helper()
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
	return slices.Sorted(maps.Keys(d.Webhooks)), d.Components.Schemas["WebhookEventNameEnum"].Enum
}

// The document describes the deliveries that there are. A subscription to any other event warns.
func TestASubscriptionWarnsUnlessTheDocumentHasADelivery(t *testing.T) {
	t.Parallel()
	delivered, known := documentedEvents(t)
	var silent []string
	for _, name := range known {
		if len(webhook.Subscription{EventName: name}.Read().Warnings) == 0 {
			silent = append(silent, name)
		}
	}
	// That of a test can be subscribed to by nobody.
	silent = append(silent, webhook.EventTest)
	slices.Sort(silent)
	if diff := cmp.Diff(delivered, silent); diff != "" {
		t.Errorf("(-deliveries +names without a warning):\n%s", diff)
	}
}

// The change log names the resources that raise nothing, all of them and no others.
func TestTheChangeLogTellsWhichEventsAreNeverRaised(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n### Not there yet\n")
	section, _, _ = strings.Cut(section, "\n#")
	var told []string
	for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(section, -1) {
		told = append(told, m[1])
	}
	delivered, known := documentedEvents(t)
	raised, silent := map[string]bool{}, map[string]bool{}
	resourceOf := func(name string) string { of, _, _ := strings.Cut(name, "."); return of }
	for _, name := range delivered {
		raised[resourceOf(name)] = true
	}
	for _, name := range known {
		if !raised[resourceOf(name)] {
			silent[resourceOf(name)] = true
		}
	}
	slices.Sort(told)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(silent)), told); diff != "" {
		t.Errorf("(-never raised +told):\n%s", diff)
	}
}
