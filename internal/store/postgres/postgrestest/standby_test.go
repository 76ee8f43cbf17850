//go:build unix

package postgrestest_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestAPromotedStandbyHasWhatThePrimaryHasAnswered(t *testing.T) {
	t.Parallel()
	primary := postgrestest.New(t, postgrestest.Options{})
	url := primary.Database(t)
	keep := func(url, what string) (as string) { return asked(t, url, `SELECT lo_from_bytea(0, '`+what+`')::text`) }
	before := keep(url, "before")
	standby := primary.Standby(t, true)
	after := keep(url, "after")
	if err := primary.Kill(); err != nil {
		t.Fatal(err)
	}
	standby.Promote(t)
	either := primary.EitherURL(standby, url)
	more := keep(either, "more")
	got := asked(t, either, `SELECT string_agg(convert_from(lo_get(kept::oid), 'UTF8'), ' ')
		FROM unnest('{`+before+`,`+after+`,`+more+`}'::text[]) AS kept`)
	if got != "before after more" {
		t.Errorf("it has %q", got)
	}
}
