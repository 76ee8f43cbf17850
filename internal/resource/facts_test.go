package resource_test

import (
	"slices"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
)

func TestTheFactsNameEveryWriteThatHasASchema(t *testing.T) {
	t.Parallel()
	for _, kind := range resource.Kinds() {
		for _, verb := range []resource.Verb{resource.Create, resource.Update} {
			_, err := resource.For(kind, verb)
			if named := slices.Contains(kind.Facts().Verbs, verb); named != (err == nil) {
				t.Errorf("%s of %s: named %v, %v", verb, kind, named, err)
			}
		}
	}
	if f := resource.Kind("asset").Facts(); f.Plural != "" || f.Verbs != nil {
		t.Errorf("a kind that cannot be written has the facts %+v", f)
	}
}
