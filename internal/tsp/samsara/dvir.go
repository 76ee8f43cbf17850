package samsara

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const (
	dvirsPath       = "/fleet/dvirs"
	dvirHistoryPath = "/fleet/dvirs/history"
	// maxMechanicNotes is assumed: neither the OpenAPI document 2025-10-23 nor the SDK 14.7.0 of 2026-08-21 nor
	// https://developers.samsara.com/docs/digital-vehicle-inspection-reports (2026-11-27) states a length; notes of
	// drivers have this one.
	maxMechanicNotes = 4096
	// maxMetres is the largest odometer that every JSON reader takes exactly.
	maxMetres = 15
)

// The log types that a mechanic's inspection may stand for.
const (
	mechanicLog = "mechanic"
	unknownLog  = "unknown"
)

// createDVIR records a mechanic's inspection, the only kind that Samsara's API makes. It has no
// place for time, driver and defects; what is not the driver is told in the mechanic's notes,
// with the operation, by which the inspection is found again.
func createDVIR(now func() time.Time) rest.Write {
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindDvirLog, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Uses:       dvirUses(),
		Needs: []tsp.Need{{Setting: settingAuthor,
			Reason: "Samsara wants to know which of its dashboard users signs an inspection; give that user's id as the connection's setting " + settingAuthor}},
		Check:  tsp.Checked(checkDVIR),
		Method: http.MethodPost,
		Path:   dvirsPath,
		Encode: rest.Body(encodeDVIR),
		Decode: decodeShown(dvirForm),
		Find:   findDVIR(now),
	}
}

func dvirUses() tsp.Uses {
	noted := tsp.FieldUse{Use: tsp.UseSent, Reason: "as text in the mechanic's notes"}
	const only = "its API makes mechanics' inspections only"
	return tsp.Uses{
		"driver_id":   tsp.Dropped("its mechanics' inspections have no driver; the connection's setting " + settingAuthor + " signs"),
		"vehicle_id":  tsp.Sent().Into(vehicles),
		"trailer_id":  tsp.Sent().Into(trailers),
		"occurred_at": noted,
		"log_type": tsp.Required().Only(only+"; the connection's setting "+settingUnknownDVIR+" lets unknown ones pass", mechanicLog).
			With(settingUnknownDVIR, on, tsp.Sent().Only(only, mechanicLog, unknownLog)),
		"inspected_by":       noted,
		"defect_count":       noted,
		"defects":            noted,
		"is_safety_critical": tsp.Sent(),
		"driver_comment":     noted,
		"certify_comment":    noted,
		"odometer":           tsp.Sent().NotRead("Samsara keeps whole metres"),
		"odometer_unit":      tsp.Sent(),
	}
}

func checkDVIR(d *resource.DvirLog, _ tsp.Settings) []resource.Problem {
	var out []resource.Problem
	_, vehicle := d.VehicleID.Get()
	_, trailer := d.TrailerID.Get()
	switch {
	case vehicle && trailer:
		out = append(out, problem("trailer_id", "", resource.CodeUnsupported, "excludes vehicle_id at Samsara, whose inspections are of one of them; send two inspections"))
	case !vehicle && !trailer:
		out = append(out, problem("vehicle_id", "", resource.CodeRequired, "is required by Samsara, unless trailer_id is given"))
	}
	if critical, said := d.IsSafetyCritical.Get(); said && !critical && defective(d) {
		out = append(out, problem("is_safety_critical", "false", resource.CodeUnsupported, "excludes defects at Samsara, whose API takes none: "+
			"there an inspection with defects is an unsafe one or a clean one; leave is_safety_critical out, or send true, to have it called unsafe"))
	}
	unit, ok := d.OdometerUnit.Get()
	reading, given := d.Odometer.Get()
	switch {
	case given && !ok:
		out = append(out, problem("odometer_unit", "", resource.CodeRequired, "is required with odometer"))
	case given && len(metres(reading, unit)) > maxMetres:
		out = append(out, problem("odometer", string(reading), resource.CodeRange, "is too large for an odometer"))
	}
	if field := ambiguous(d); field != "" {
		out = append(out, problem(field, "", resource.CodePattern, "must have no line that begins like one of the mechanic's notes at Samsara, into which all "+
			"texts go: "+strings.Join(noteLabels()[1:], "")))
	}
	// The operation's mark has a fixed length.
	if n := utf8.RuneCountInString(mechanicNotes(d, strings.Repeat("0", 32))); n > maxMechanicNotes {
		out = append(out, problem("driver_comment", d.DriverComment.Or(""), resource.CodeTooLong,
			"makes the mechanic's notes, into which all comments go, longer than "+strconv.Itoa(maxMechanicNotes)+" characters at Samsara"))
	}
	return out
}

// dvirBody is a POST of /fleet/dvirs.
type dvirBody struct {
	Author   string         `json:"authorId"`
	Type     string         `json:"type"`
	Safety   string         `json:"safetyStatus"`
	Vehicle  string         `json:"vehicleId,omitzero"`
	Trailer  string         `json:"trailerId,omitzero"`
	Notes    string         `json:"mechanicNotes"`
	Odometer jsontext.Value `json:"odometerMeters,omitzero"`
}

func encodeDVIR(d *resource.DvirLog, w tsp.Write) (any, error) {
	vehicle, _ := w.Refs.One("vehicle_id")
	trailer, _ := w.Refs.One("trailer_id")
	b := dvirBody{Author: w.Settings.Text(settingAuthor), Type: "mechanic", Safety: "safe", Vehicle: string(vehicle), Trailer: string(trailer),
		Notes: mechanicNotes(d, mark(w.Operation))}
	if unsafe(d) {
		b.Safety = "unsafe"
	}
	if reading, ok := d.Odometer.Get(); ok {
		b.Odometer = jsontext.Value(metres(reading, d.OdometerUnit.Or("meters")))
	}
	return b, nil
}

// unsafe tells whether the vehicle must not be driven. Defects say so too: an inspection by the API holds none, so that
// one with defects would be as safe and clean as any if it was called safe.
func unsafe(d *resource.DvirLog) bool { return d.IsSafetyCritical.Or(false) || defective(d) }

func defective(d *resource.DvirLog) bool {
	return d.DefectCount.Or(0) > 0 || len(d.Defects.Or(nil)) > 0
}

// dvirSlack is how far before the attempt and behind now the look-up reaches by Samsara's clock.
const dvirSlack = 10 * time.Minute

// findDVIR looks for the operation in the mechanic's notes since shortly before the attempt.
func findDVIR(now func() time.Time) rest.Find {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		clock := rest.Clock{Now: w.Clock(now)}
		var out tsp.Written
		form := dvirForm(w.Settings)
		err := clock.Ask(func() error {
			query := url.Values{"startTime": {clock.At(w.SentAt.Add(-dvirSlack)).UTC().Format(time.RFC3339)},
				"endTime": {clock.At(clock.Now().Add(dvirSlack)).UTC().Format(time.RFC3339)}}
			return pages(ctx, clock.Over(send), dvirHistoryPath, query, func(source jsontext.Value) bool {
				var one dvirRecord
				r, err := form.record(source)
				if err == nil && json.Unmarshal(source, &one) == nil && strings.Contains(one.Notes, mark(w.Operation)) {
					out = tsp.Written{SourceID: r.SourceID, Collection: dvirs, Record: &r}
				}
				return out.SourceID != "" || clock.Off()
			})
		})
		return out, out.SourceID != "" && err == nil, err
	}
}
