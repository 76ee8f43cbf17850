package main

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAPageTellsWhatIsImportedAndWhyTheRestIsNot(t *testing.T) {
	t.Parallel()
	text := page(tsp.Spec{Name: "x", Imports: []tsp.ImportKind{{Kind: resource.KindVehicle}},
		NotImported: map[resource.Kind]string{resource.KindGroupMessage: "X lists none."}})
	for _, want := range []string{"| vehicle | yes |", "| group message | no: X lists none |", "| user | no |"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}
