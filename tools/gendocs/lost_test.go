package main

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestThePagesTellHowLongALostAnswerIsLookedForAndWhatCannotBeKnown(t *testing.T) {
	t.Parallel()
	message := tsp.Capability{Kind: resource.KindMessage, Verb: resource.Create}
	spec := tsp.Spec{Name: "x", DisplayName: "X", Settles: 2 * time.Minute, SettlesSource: "https://x.example/limits",
		Actions: tsp.Actions{message: {Settles: 90 * time.Second, Unknowable: "who wrote it"}}}
	for name, text := range map[string]string{"the TSP's page": page(spec), "the page of all": lostAnswers([]tsp.Spec{spec})} {
		for _, want := range []string{"2 minutes", "create message for 90 seconds", "https://x.example/limits", "who wrote it"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, text)
			}
		}
	}
	if text := page(tsp.Spec{Name: "x"}); !strings.Contains(text, "30 seconds") || !strings.Contains(text, "assumed") {
		t.Errorf("a TSP of which nothing is known: %s", text)
	}
}
