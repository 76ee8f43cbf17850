package resource_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

func association(t *testing.T, start, end string) (*resource.Schema, *resource.DriverVehicleAssociation) {
	t.Helper()
	s, err := resource.For(resource.KindDriverVehicleAssociation, resource.Create)
	if err != nil {
		t.Fatal(err)
	}
	const id = "01890a5d-ac96-774b-bcce-b302099a8057"
	body := fmt.Sprintf(`{"connection_id":%q,"vehicle_id":%[1]q,"driver_id":%[1]q,"started_at":%q`, id, start)
	if end != "" {
		body += fmt.Sprintf(`,"ended_at":%q`, end)
	}
	p, wrong := s.Decode([]byte(body + "}"))
	if len(wrong) > 0 {
		t.Fatalf("%s: %v", body, wrong)
	}
	return s, p.(*resource.DriverVehicleAssociation)
}

func TestAnAssociationLastsForATimeThatSomebodyMeans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		start, end string
		wrong      []string
	}{
		{"2026-01-15T06:00:00Z", "", nil},
		{"2026-01-15T06:00:00Z", "2026-01-15T06:00:00.001Z", nil},
		{"2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z", nil},
		{"2026-01-15T06:00:00Z", "2026-01-15T06:00:00.0009Z", []string{"ended_at"}},
		{"0001-01-01T00:00:00Z", "", []string{"started_at"}},
		{"1970-01-01T00:00:00Z", "2026-01-15T06:00:00Z", []string{"started_at"}},
		{"2026-01-15T06:00:00Z", "0001-01-01T00:00:00Z", []string{"ended_at"}},
		{"2026-01-15T06:00:00Z", "9999-12-31T23:59:59Z", []string{"ended_at"}},
		{"2000-01-01T00:00:00+01:00", "2100-01-01T00:00:00Z", []string{"started_at", "ended_at"}},
	} {
		s, a := association(t, c.start, c.end)
		var got []string
		for _, p := range s.Together(a) {
			if got = append(got, p.Path); p.Code != resource.CodeRange || p.Message == "" || p.Input == "" {
				t.Errorf("%s to %q: %+v", c.start, c.end, p)
			}
		}
		if !slices.Equal(got, c.wrong) {
			t.Errorf("%s to %q: refused for %v, and not for %v", c.start, c.end, got, c.wrong)
		}
	}
}

// The clocks of two machines are never the same.
func TestATimeOfThisMomentDoesNotLieAhead(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC)
	for by, ahead := range map[time.Duration][]string{time.Millisecond: nil, 5 * time.Second: nil, 6 * time.Second: {"started_at"}} {
		if _, a := association(t, at.Add(by).Format(time.RFC3339Nano), ""); !slices.Equal(a.Ahead(at), ahead) {
			t.Errorf("by %s: %v", by, a.Ahead(at))
		}
	}
}
