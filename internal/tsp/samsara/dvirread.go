package samsara

import (
	"cmp"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// dvirRecord is an inspection as the history and the answer to a new one show it. Drivers' ones come from the driver
// app, and a safe one may have defects (https://developers.samsara.com/docs/digital-vehicle-inspection-reports,
// 2026-11-27).
type dvirRecord struct {
	Type     string        `json:"type"`
	Safety   string        `json:"safetyStatus"`
	Begun    time.Time     `json:"startTime"`
	Ended    time.Time     `json:"endTime"`
	Author   signature     `json:"authorSignature"`
	Notes    string        `json:"mechanicNotes"`
	Odometer *int64        `json:"odometerMeters"`
	Vehicle  named         `json:"vehicle"`
	Trailer  named         `json:"trailer"`
	Tractor  []defectEntry `json:"vehicleDefects"`
	Towed    []defectEntry `json:"trailerDefects"`
}

type named struct {
	ID   resource.SourceID `json:"id"`
	Name string            `json:"name"`
}

type signature struct {
	Type string `json:"type"`
	User named  `json:"signatoryUser"`
}

type defectEntry struct {
	Type    string `json:"defectType"`
	Comment string `json:"comment"`
}

type dvirFields struct {
	LogType          string         `json:"log_type"`
	InspectedBy      string         `json:"inspected_by,omitzero"`
	CertifyComment   string         `json:"certify_comment,omitzero"`
	DriverComment    string         `json:"driver_comment,omitzero"`
	DefectCount      int64          `json:"defect_count"`
	Defects          []string       `json:"defects,omitzero"`
	IsSafetyCritical *bool          `json:"is_safety_critical,omitzero"`
	Odometer         *int64         `json:"odometer,omitzero"`
	OdometerKM       jsontext.Value `json:"odometer_km,omitzero"`
}

func dvirForm(tsp.Settings) form {
	return form{dvirs, "safetyStatus", func(source jsontext.Value) (tsp.Record, error) {
		var r dvirRecord
		if err := json.Unmarshal(source, &r); err != nil {
			return tsp.Record{}, err
		}
		ours := readNotes(r.Notes)
		out := tsp.Record{OccurredAt: r.at(ours), Names: r.names()}
		fields := r.fields()
		if ours != nil {
			fields.written(ours)
		}
		var err error
		out.Fields, err = json.Marshal(fields)
		return out, err
	}}
}

// at is when the inspection was, and if that is not told when it was made known.
func (r dvirRecord) at(ours notes) time.Time {
	if at, err := time.Parse(time.RFC3339Nano, ours[noteTime]); err == nil {
		return at
	}
	if r.Ended.IsZero() {
		return r.Begun
	}
	return r.Ended
}

// names are whom and what the inspection is of. Whoever signed is a driver or a user of the dashboard by the type
// of the signature, as the OpenAPI document says of those who resolve defects.
func (r dvirRecord) names() map[string][]tsp.Named {
	all := map[string][]tsp.Named{}
	add := func(member, collection string, id resource.SourceID) {
		if id != "" {
			all[member] = []tsp.Named{{Collection: collection, SourceID: id}}
		}
	}
	add("vehicle_id", vehicles, r.Vehicle.ID)
	add("trailer_id", trailers, r.Trailer.ID)
	if r.Author.Type == "driver" {
		add("driver_id", drivers, r.Author.User.ID)
	}
	return all
}

func (r dvirRecord) fields() dvirFields {
	f := dvirFields{InspectedBy: r.Author.User.Name, CertifyComment: r.Notes, Odometer: r.Odometer}
	kinds := map[string]string{"preTrip": "pre_trip", "postTrip": "post_trip", "mechanic": mechanicLog}
	f.LogType = cmp.Or(kinds[r.Type], unknownLog)
	if r.Odometer != nil {
		f.OdometerKM = jsontext.Value(decimal(big.NewRat(*r.Odometer, 1000)))
	}
	// One that is resolved was unsafe.
	if r.Safety == "safe" || r.Safety == "unsafe" || r.Safety == "resolved" {
		critical := r.Safety != "safe"
		f.IsSafetyCritical = &critical
	}
	var comments []string
	for _, d := range slices.Concat(r.Tractor, r.Towed) {
		f.DefectCount++
		if kind := defectOf(d.Type); !slices.Contains(f.Defects, kind) {
			f.Defects = append(f.Defects, kind)
		}
		if d.Comment != "" {
			comments = append(comments, strings.TrimPrefix(d.Type+": "+d.Comment, ": "))
		}
	}
	f.DriverComment = strings.Join(comments, "\n")
	return f
}

// written puts in what the notes of an inspection that Waybill wrote tell.
func (f *dvirFields) written(ours notes) {
	f.DriverComment, f.CertifyComment = ours[noteComment], ours[noteCertified]
	f.InspectedBy = cmp.Or(ours[noteInspector], f.InspectedBy)
	if ours[noteKind] == unknownLog {
		f.LogType = unknownLog
	}
	if f.DefectCount == 0 {
		f.Defects, f.DefectCount = ours.defects()
	}
}

var notInDefect = regexp.MustCompile(`[^a-z0-9]+`)

// defectOf is our value for a type of defect, which a customer names as it likes: that of the same words, else "other".
func defectOf(name string) string {
	words := strings.Fields(notInDefect.ReplaceAllString(strings.ToLower(name), " "))
	words = slices.DeleteFunc(words, func(w string) bool { return w == "and" })
	schema, err := resource.For(resource.KindDvirLog, resource.Create)
	if value := strings.Join(words, "_"); err == nil && slices.Contains(schema.Field("defects").Values, value) {
		return value
	}
	return "other"
}
