package audit_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/audit"
)

func TestAnOperatorIsToldByItsNameAlone(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]bool{"operator": true, "operator:ada": true, "operator:ada@x.example sub:7": true, "": false, "owner": false,
		"receiver": false, "client:operator": false, "operators": false, "operator-x:ada": false, "waybill": false} {
		if audit.IsOperator(name) != is || (audit.Mark{By: name}).ByOperator() != is {
			t.Errorf("%q is taken for an operator's: %t", name, !is)
		}
	}
}
