package access_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

func TestAReferenceThatIsTakenIsRefusedWithAnAddressThatNamesIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const ref = "a b&c"
	d.founded("tms", ref)
	s := access.NewService(access.Config{Store: d.db, Now: time.Now})
	who := access.Principal{Client: "tms", Partner: d.client("tms").Partner}
	_, err := s.CreateFleet(t.Context(), who, []byte(`{"fleet_ref":"a b&c","name":"Second"}`))
	_, rest, found := strings.Cut(problem.Of(err).Detail, "fleet_refs=")
	query, _, _ := strings.Cut(rest, " ")
	if asked, bad := url.QueryUnescape(query); !found || bad != nil || asked != ref {
		t.Errorf("%v names %q, %v", err, asked, bad)
	}
}
