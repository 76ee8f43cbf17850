package console

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/audit"
)

func TestAnActIsLoggedAsTheGateHasItAndAsTheVisitorWhereItSaysNothing(t *testing.T) {
	t.Parallel()
	who := Visitor{Name: "Ada Lind", Email: "ada@x.example"}
	named := audit.Actor{Name: "operator:ada@x.example sub:42", Request: "r", Remote: "192.0.2.1"}
	if got := audit.Of(acting(audit.By(t.Context(), named), who)); got != named {
		t.Errorf("%+v", got)
	}
	for _, nobody := range []audit.Actor{{}, {Name: "stranger"}} {
		if got := audit.Of(acting(audit.By(t.Context(), nobody), who)); got.Name != actor(who) {
			t.Errorf("%+v", got)
		}
	}
}
