package wire_test

import (
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/wire"
)

func TestFormsOnTheWire(t *testing.T) {
	t.Parallel()
	at := func(hour int, in *time.Location) time.Time { return time.Date(2026, 1, 15, hour, 30, 0, 0, in) }
	here := time.FixedZone("", -5*3600)
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"a time is in UTC with microseconds": {wire.Time(at(5, here).Add(1999)), `"2026-01-15T10:30:00.000001Z"`},
		"a whole second has them too":        {wire.Time(at(10, time.UTC)), `"2026-01-15T10:30:00.000000Z"`},
		"a time that is not set is null":     {wire.OptionalTime(time.Time{}), `null`},
		"a time that is set is written":      {wire.OptionalTime(time.Unix(0, 0)), `"1970-01-01T00:00:00.000000Z"`},
		"no text is null":                    {wire.Optional(""), `null`},
		"a text is itself":                   {wire.Optional("a"), `"a"`},
		"no id is null":                      {wire.Optional(uuid.Nil), `null`},
		"no status is null":                  {wire.Optional(0), `null`},
	} {
		got, err := json.Marshal(c.value)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
}
