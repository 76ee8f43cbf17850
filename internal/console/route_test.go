package console

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/operation"
)

func TestWhatComesBeforeAWriteIsSaidInWords(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]operation.Place{
		"Nothing comes before it.":                                {},
		"1 write of its connection comes before it.":              {Lane: 1},
		"At least 1,000 writes of its connection come before it.": {Lane: 1000, AtLeast: true},
		"3 writes of its connection come before it, 2 of them in its own order: of the same record, or between the same two people.": {Lane: 3, Chain: 2},
	} {
		if got := placed(p); got != want {
			t.Errorf("%+v is told as %q", p, got)
		}
	}
}
