package geotab_test

import (
	"slices"
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
		// left is when the driver had left by then; "" for not.
		left string
	}{
		"nobody else came":        {nil, ""},
		"another came":            {[]string{change(other, "10:00:00.000", "Driver")}, "10:00:00"},
		"another came at the end": {[]string{change(other, "12:30:00.000", "Driver")}, "12:30:00"},
		"another came by a key":   {[]string{change(other, "10:00:00.000", "DriverKey")}, "10:00:00"},
		"nobody came behind another": {[]string{change(nobody, "11:00:00.000", "Driver"), change(other, "10:00:00.000", "Driver")},
			"10:00:00"},
		"another came and the driver came back": {[]string{change(ours, "11:00:00.000", "DriverKey"), change(other, "10:00:00.000", "Driver")}, ""},
		"the driver came back and left": {[]string{change(nobody, "11:30:00.000", "Driver"), change(ours, "11:00:00.000", "DriverKey"),
			change(other, "10:00:00.000", "Driver")}, "11:30:00"},
		"another had a trip":   {[]string{change(other, "10:00:00.000", "TripDriver")}, ""},
		"it has ended earlier": {[]string{change(nobody, "10:00:00.000", "Driver")}, "10:00:00"},
		"it has ended just so": {[]string{change(nobody, "12:30:00.000", "Driver")}, "12:30:00"},
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
		if err != nil || out.SourceID != "b7" || len(added) > 0 != (c.left == "") || strings.Contains(out.Note, "did not have the vehicle any more") != (c.left != "") {
			t.Errorf("%s: %+v, %v, added %s", name, out, err, added)
		}
		if got := endOf(out); got != c.left {
			t.Errorf("%s: it is remembered to have ended at %q, and not %q", name, got, c.left)
		}
		if last := gets[len(gets)-1]; !strings.Contains(last, `"fromDate":"2026-01-15T06:00:00.000Z"`) || !strings.Contains(last, `"toDate":"2026-01-15T12:30:00.000Z"`) ||
			!strings.Contains(last, `"sort":{"sortBy":"date","sortDirection":"desc"}`) {
			t.Errorf("%s: it asks for %s", name, last)
		}
	}
}

// endOf is the time of day at which an association has ended otherwise than was sent; "" for not.
func endOf(out tsp.Written) string {
	if out.Record == nil {
		return ""
	}
	_, at, _ := strings.Cut(string(out.Record.Fields), "2026-01-15T")
	at, _, _ = strings.Cut(at, "Z")
	return at
}

func TestABeginningTellsWhereTheDriverHasLeftSince(t *testing.T) {
	t.Parallel()
	change := func(driver, at string) string {
		return `{"id":"b7","device":{"id":"b1"},"driver":` + driver + `,"dateTime":"2026-01-15T` + at + `Z","type":"Driver"}`
	}
	const ours, other, nobody = `{"id":"b1"}`, `{"id":"b2"}`, `"UnknownDriverId"`
	begun := change(ours, "06:00:00.000")
	for name, c := range map[string]struct {
		// there are the changes from the beginning on, the first one first.
		there []string
		adds  int
		left  string
		note  string
	}{
		"once more":                                       {[]string{begun}, 0, "", ""},
		"once more behind its end":                        {[]string{begun, change(nobody, "12:30:00.000")}, 0, "12:30:00", "any more: Geotab has it that they left it at 2026-01-15T12:30"},
		"once more behind another":                        {[]string{begun, change(other, "08:00:00.000"), change(nobody, "12:30:00.000")}, 0, "08:00:00", "any more"},
		"once more, and back by now":                      {[]string{begun, change(other, "08:00:00.000"), change(ours, "09:00:00.000")}, 0, "", ""},
		"behind one that has the vehicle":                 {[]string{change(other, "08:00:00.000")}, 1, "08:00:00", "any more"},
		"too many have had it, and it is not shown first": {slices.Repeat([]string{change(other, "08:00:00.000")}, 500), 0, "", "too often"},
		"too many have had it":                            {append([]string{begun}, slices.Repeat([]string{change(other, "08:00:00.000")}, 499)...), 0, "", "too often"},
	} {
		added := 0
		server := &stub{answer: func(a asked) string {
			switch a.name {
			case "Get DriverChange":
				if strings.Contains(a.body, "toDate") {
					return `{"result":[` + begun + `],"jsonrpc":"2.0"}`
				}
				return `{"result":[` + strings.Join(c.there, ",") + `],"jsonrpc":"2.0"}`
			case "Add DriverChange":
				added++
			}
			return ""
		}}
		out, err := server.writes(t, resource.Create, resource.KindDriverVehicleAssociation, seated)
		if err != nil || added != c.adds || endOf(out) != c.left || c.note == "" != (out.Note == "") || !strings.Contains(out.Note, c.note) {
			t.Errorf("%s: %+v, %v, added %d, ended %q", name, out, err, added, endOf(out))
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
