package motive

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const inspectionsPath = "/v2/inspection_reports"

// inspectionClass are the reports of version 2 (https://developer.gomotive.com/reference/inspection-reports-get-v2),
// whose parts tell each for itself whether it has a defect. They do not tell the unit of the odometer: values come in
// the company's units unless the header asks for metric ones
// (https://developer.gomotive.com/reference/system-of-units, read 2026-11-27).
func inspectionClass() class {
	return class{path: inspectionsPath, plural: "inspection_reports", singular: "inspection_report",
		collection: inspections, tell: telling(tellInspection), header: http.Header{"X-Metric-Units": {"true"}}}
}

// sinceDay is a filter of lists by day. Days are the company's, so the list reaches from the day before; where none is
// named it begins a week ago and ends today.
func sinceDay(ask tsp.List) url.Values {
	if ask.Since.IsZero() {
		return nil
	}
	return url.Values{"start_date": {ask.Since.UTC().AddDate(0, 0, -1).Format(time.DateOnly)}}
}

// inspectionRecord is what Motive shows of an inspection.
type inspectionRecord struct {
	Time     string         `json:"time"`
	Type     string         `json:"inspection_type"`
	Odometer jsontext.Value `json:"odometer"`
	Parts    []part         `json:"inspected_parts"`
	Vehicle  named          `json:"vehicle"`
	Asset    named          `json:"asset"`
	Driver   named          `json:"driver"`
}

// named is a record within another one.
type named struct {
	ID        rest.ID `json:"id"`
	FirstName string  `json:"first_name"`
	LastName  string  `json:"last_name"`
}

// part is one line of the driver's list. Lines without a defect are of type none (observed 2026-08 by a public
// client); status is there where defects are resolved one by one.
type part struct {
	Category string `json:"category"`
	Notes    string `json:"notes"`
	Type     string `json:"type"`
	Status   string `json:"status"`
	Defects  []struct {
		Title    string `json:"title"`
		Severity string `json:"severity"`
	} `json:"defects"`
}

const (
	severityMajor = "major"
	severityMinor = "minor"
)

// defective tells whether the part has a defect, or had one that was repaired. What is not said to be good is none.
func (p part) defective() bool {
	const good = "good"
	switch {
	case p.Type == severityMajor || p.Type == severityMinor || len(p.Defects) > 0 || p.Status != "" && p.Status != good:
		return true
	case p.Type == "none" || p.Status == good:
		return false
	}
	return true
}

// severity is major where any defect of the part is; "" where Motive does not tell.
func (p part) severity() string {
	out := p.Type
	for _, one := range p.Defects {
		if out != severityMajor {
			out = one.Severity
		}
	}
	if out != severityMajor && out != severityMinor {
		return ""
	}
	return out
}

type inspectionFields struct {
	LogType          string         `json:"log_type"`
	OdometerKM       jsontext.Value `json:"odometer_km,omitzero"`
	Odometer         jsontext.Value `json:"odometer,omitzero"`
	InspectedBy      string         `json:"inspected_by,omitzero"`
	DefectCount      int            `json:"defect_count"`
	Defects          []string       `json:"defects"`
	IsSafetyCritical *bool          `json:"is_safety_critical,omitzero"`
	DriverComment    string         `json:"driver_comment,omitzero"`
}

func tellInspection(r inspectionRecord, _ reading) told {
	f := inspectionFields{LogType: "unknown", Defects: []string{},
		InspectedBy: strings.TrimSpace(r.Driver.FirstName + " " + r.Driver.LastName)}
	if r.Type == "pre_trip" || r.Type == "post_trip" {
		f.LogType = r.Type
	}
	if km, ok := amount(r.Odometer); ok {
		f.OdometerKM = jsontext.Value(resource.Rounded(km.Rat(), 9))
		f.Odometer = jsontext.Value(resource.Rounded(km.Metres("kilo_meters"), 9))
	}
	critical, graded := false, true
	var notes []string
	for _, p := range r.Parts {
		if !p.defective() {
			continue
		}
		f.DefectCount++
		if word := defectOf(p.Category); !slices.Contains(f.Defects, word) {
			f.Defects = append(f.Defects, word)
		}
		critical, graded = critical || p.severity() == severityMajor, graded && p.severity() != ""
		if p.Notes != "" {
			notes = append(notes, p.Category+": "+p.Notes)
		}
	}
	if critical || graded {
		f.IsSafetyCritical = &critical
	}
	f.DriverComment = strings.Join(notes, "; ")
	return told{fields: f, at: moment(r.Time), names: names(map[string]tsp.Named{
		"driver_id":  {Collection: users, SourceID: resource.SourceID(r.Driver.ID)},
		"vehicle_id": {Collection: vehicles, SourceID: resource.SourceID(r.Vehicle.ID)},
		"trailer_id": {Collection: assets, SourceID: resource.SourceID(r.Asset.ID)},
	})}
}

// names are the records that are named at all.
func names(all map[string]tsp.Named) map[string][]tsp.Named {
	out := map[string][]tsp.Named{}
	for member, one := range all {
		if one.SourceID != "" {
			out[member] = []tsp.Named{one}
		}
	}
	return out
}

// defectOf is the unified word for a part. Motive's lists are the fleets' own, so that a part without a word is
// other and stands with its name in the source alone.
func defectOf(category string) string {
	joined := strings.NewReplacer("&", "", "/", "", ",", "", " and ", "", " system", "")
	plain := folded(joined.Replace(strings.ToLower(category)))
	if word, ok := map[string]string{"lights": "lights_general", "oillevel": "fluid_levels", "steering": "steering_wheel",
		"beltshoses": "belts_hoses", "parkingbrakes": "brakes", "servicebrakes": "brakes"}[plain]; ok {
		return word
	}
	schema, err := resource.For(resource.KindDvirLog, resource.Create)
	if err == nil {
		for _, word := range schema.Field("defects").Values {
			if folded(word) == plain {
				return word
			}
		}
	}
	return "other"
}
