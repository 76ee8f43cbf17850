package samsara

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const (
	dvirsPath       = "/fleet/dvirs"
	dvirHistoryPath = "/fleet/dvirs/history"
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
		Warn:   tsp.Checked(warnDVIR),
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
		"inspected_by": noted,
		"defect_count": noted,
		"defects":      noted,
		"is_safety_critical": tsp.FieldUse{Use: tsp.UseSent, Reason: "each of its inspections is safe or unsafe; where this is left out, " +
			"one with defects is called unsafe and any other safe"},
		"driver_comment":  noted,
		"certify_comment": noted,
		"odometer":        tsp.Sent().NotRead("Samsara keeps whole metres"),
		"odometer_unit":   tsp.FieldUse{Use: tsp.UseSent, Reason: "not sent without odometer"},
	}
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
