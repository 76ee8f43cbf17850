package geotab_test

import (
	"strings"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const (
	seated = `{"vehicle_id":"OURS","driver_id":"OURS","started_at":"2026-01-15T06:00:00Z"}`
	left   = `{"vehicle_id":"OURS","driver_id":"OURS","started_at":"2026-01-15T06:00:00Z","ended_at":"2026-01-15T14:30:00+02:00"}`
)

func TestAnEndIsAChangeToNobodyOfTheSameRecord(t *testing.T) {
	t.Parallel()
	const begun = `{"id":"b77","device":{"id":"b1"},"driver":{"id":"b1"},"dateTime":"2026-01-15T06:00:00.000Z","type":"Driver"}`
	for name, c := range map[string]struct {
		body, there string
		adds        []string
		id          resource.SourceID
	}{
		"a beginning":                  {seated, "", []string{"06:00:00"}, "b100"},
		"a beginning with its end":     {left, "", []string{"06:00:00", "UnknownDriverId"}, "b100"},
		"an end of what was begun":     {left, begun, []string{"UnknownDriverId"}, "b77"},
		"an end of another's":          {left, strings.Replace(begun, `"driver":{"id":"b1"}`, `"driver":{"id":"b2"}`, 1), []string{"06:00:00", "UnknownDriverId"}, "b100"},
		"an end of another vehicle's":  {left, strings.Replace(begun, `"device":{"id":"b1"}`, `"device":{"id":"b2"}`, 1), []string{"06:00:00", "UnknownDriverId"}, "b100"},
		"an end of what began earlier": {left, strings.Replace(begun, "06:00:00.000Z", "05:59:59.999Z", 1), []string{"06:00:00", "UnknownDriverId"}, "b100"},
		"an end of a trip":             {left, strings.Replace(begun, `"Driver"`, `"TripDriver"`, 1), []string{"06:00:00", "UnknownDriverId"}, "b100"},
	} {
		var added []string
		server := &stub{answer: func(a asked) string {
			switch a.name {
			case "Get DriverChange":
				return `{"result":[` + c.there + `],"jsonrpc":"2.0"}`
			case "Add DriverChange":
				added = append(added, a.body)
				return `{"result":"b10` + string(rune('0'+len(added)-1)) + `","jsonrpc":"2.0"}`
			}
			return ""
		}}
		out, err := server.writes(t, resource.Create, resource.KindDriverVehicleAssociation, c.body)
		if err != nil || out.SourceID != c.id || out.Collection != "driver_changes" {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
		if len(added) != len(c.adds) {
			t.Errorf("%s adds %s", name, added)
			continue
		}
		for i, part := range c.adds {
			if !strings.Contains(added[i], part) {
				t.Errorf("%s: the change %d is %s, without %s", name, i+1, added[i], part)
			}
		}
	}
}

func TestAnEndLeavesTheVehicleToWhoHasItByThen(t *testing.T) {
	t.Parallel()
	change := func(driver, at, kind string) string {
		return `{"id":"b7","device":{"id":"b1"},"driver":` + driver + `,"dateTime":"2026-01-15T` + at + `Z","type":"` + kind + `"}`
	}
	const ours, other, nobody = `{"id":"b1"}`, `{"id":"b2"}`, `"UnknownDriverId"`
	begun := change(ours, "06:00:00.000", "Driver")
	for name, c := range map[string]struct {
		// later are the changes behind the beginning, the last one first.
		later []string
		ends  bool
	}{
		"nobody else came":                      {nil, true},
		"another came":                          {[]string{change(other, "10:00:00.000", "Driver")}, false},
		"another came at the end":               {[]string{change(other, "12:30:00.000", "Driver")}, false},
		"another came by a key":                 {[]string{change(other, "10:00:00.000", "DriverKey")}, false},
		"another came and the driver came back": {[]string{change(ours, "11:00:00.000", "DriverKey"), change(other, "10:00:00.000", "Driver")}, true},
		"another had a trip":                    {[]string{change(other, "10:00:00.000", "TripDriver")}, true},
		"it has ended earlier":                  {[]string{change(nobody, "10:00:00.000", "Driver")}, false},
		"it has ended just so":                  {[]string{change(nobody, "12:30:00.000", "Driver")}, false},
	} {
		var gets, added []string
		server := &stub{answer: func(a asked) string {
			switch a.name {
			case "Get DriverChange":
				gets = append(gets, a.body)
				if strings.Contains(a.body, `"toDate":"2026-01-15T06:00:00.000Z"`) {
					return `{"result":[` + begun + `],"jsonrpc":"2.0"}`
				}
				return `{"result":[` + strings.Join(append(c.later, begun), ",") + `],"jsonrpc":"2.0"}`
			case "Add DriverChange":
				added = append(added, a.body)
			}
			return ""
		}}
		out, err := server.writes(t, resource.Create, resource.KindDriverVehicleAssociation, left)
		if err != nil || out.SourceID != "b7" || len(added) > 0 != c.ends || strings.Contains(out.Note, "did not have the vehicle any more") == c.ends {
			t.Errorf("%s: %+v, %v, added %s", name, out, err, added)
		}
		if last := gets[len(gets)-1]; !strings.Contains(last, `"fromDate":"2026-01-15T06:00:00.000Z"`) || !strings.Contains(last, `"toDate":"2026-01-15T12:30:00.000Z"`) ||
			!strings.Contains(last, `"sort":{"sortBy":"date","sortDirection":"desc"}`) {
			t.Errorf("%s: it asks for %s", name, last)
		}
	}
}

func TestAnAssociationAheadOfTimeIsRefused(t *testing.T) {
	t.Parallel()
	ahead := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for body, want := range map[string]string{
		seated: "", left: "",
		strings.Replace(seated, "2026-01-15T06:00:00Z", ahead, 1):    "started_at",
		strings.Replace(left, "2026-01-15T14:30:00+02:00", ahead, 1): "ended_at",
	} {
		w := aWrite(t, resource.Create, resource.KindDriverVehicleAssociation, body)
		p := newSpec().Actions[w.Capability].Apply("Geotab", w.Schema, w.Payload, tsp.Settings{})
		if got := len(p.Problems); want == "" && got > 0 || want != "" && (got != 1 || p.Problems[0].Path != want) {
			t.Errorf("%s: %+v", body, p.Problems)
		}
	}
}
