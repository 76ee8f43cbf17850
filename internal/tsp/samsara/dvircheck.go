package samsara

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

const (
	// maxMechanicNotes is assumed: neither the OpenAPI document 2025-10-23 nor the SDK 14.7.0 of 2026-08-21 nor
	// https://developers.samsara.com/docs/digital-vehicle-inspection-reports (2026-11-27) states a length; notes of
	// drivers have this one.
	maxMechanicNotes = 4096
	// maxMetres is how many digits an odometer may have that every JSON reader takes exactly.
	maxMetres = 15
)

// checkDVIR refuses what Samsara would, what contradicts itself, and texts that would not be told from the notes that
// they go into.
func checkDVIR(d *resource.DvirLog, _ tsp.Settings) []resource.Problem {
	var out []resource.Problem
	refuse := func(path, input, code, message string) {
		out = append(out, problem(path, input, code, message))
	}
	_, vehicle := d.VehicleID.Get()
	_, trailer := d.TrailerID.Get()
	switch {
	case vehicle && trailer:
		refuse("trailer_id", "", resource.CodeUnsupported, "excludes vehicle_id at Samsara, whose inspections are of one of them; send two inspections")
	case !vehicle && !trailer:
		refuse("vehicle_id", "", resource.CodeRequired, "is required by Samsara, unless trailer_id is given")
	}
	if critical, said := d.IsSafetyCritical.Get(); said && !critical && defective(d) {
		refuse("is_safety_critical", "false", resource.CodeUnsupported, "excludes defects at Samsara, whose API takes none: "+
			"there an inspection with defects is an unsafe one or a clean one; leave is_safety_critical out, or send true, to have it called unsafe")
	}
	if count, ok := d.DefectCount.Get(); ok && count < namedDefects(d) {
		refuse("defect_count", strconv.FormatInt(count, 10), resource.CodeUnsupported,
			fmt.Sprintf("is less than the %d that defects names; leave it out, or count those too that have no name", namedDefects(d)))
	}
	unit, ok := d.OdometerUnit.Get()
	reading, given := d.Odometer.Get()
	switch {
	case given && !ok:
		refuse("odometer_unit", "", resource.CodeRequired, "is required with odometer")
	case given && len(metres(reading, unit)) > maxMetres:
		refuse("odometer", string(reading), resource.CodeRange, "is too large for an odometer")
	}
	return append(out, checkNotes(d)...)
}

// checkNotes refuses texts of which the mechanic's notes would not tell what is whose, and what makes them too long.
func checkNotes(d *resource.DvirLog) []resource.Problem {
	if by := d.InspectedBy.Or(""); strings.ContainsFunc(by, breaksLine) {
		return []resource.Problem{problem("inspected_by", by, resource.CodePattern, "must be one line at Samsara, of whose mechanic's notes it becomes one")}
	}
	for _, one := range []struct{ field, text string }{
		{"driver_comment", d.DriverComment.Or("")}, {"certify_comment", d.CertifyComment.Or("")},
	} {
		if posesAsNote(one.text) {
			return []resource.Problem{problem(one.field, one.text, resource.CodePattern, "must have no line that begins like one of the mechanic's notes "+
				"at Samsara, into which all texts go: "+strings.Join(noteLabels()[1:], ""))}
		}
	}
	// The operation's mark has a fixed length.
	if n := utf8.RuneCountInString(mechanicNotes(d, strings.Repeat("0", 32))); n > maxMechanicNotes {
		return []resource.Problem{problem("driver_comment", d.DriverComment.Or(""), resource.CodeTooLong,
			"makes the mechanic's notes, into which all comments go, longer than "+strconv.Itoa(maxMechanicNotes)+" characters at Samsara")}
	}
	return nil
}

// warnDVIR tells what nobody said and Samsara must be told, and of a unit without a distance.
func warnDVIR(d *resource.DvirLog, _ tsp.Settings) []tsp.Warning {
	var out []tsp.Warning
	if d.IsSafetyCritical.State() != resource.Set {
		called := "safe, because no defect is told"
		if defective(d) {
			called = "unsafe, because of the defects"
		}
		out = append(out, tsp.Warning{Path: "is_safety_critical", Message: "is not given, and each of Samsara's inspections is safe or unsafe: this one is called " + called})
	}
	if d.OdometerUnit.State() == resource.Set && d.Odometer.State() != resource.Set {
		out = append(out, tsp.Warning{Path: "odometer_unit", Message: "not sent to Samsara: it is the unit of odometer, which is not given", Dropped: true})
	}
	return out
}

// unsafe tells whether the vehicle must not be driven. Defects say so too: an inspection by the API holds none, so that
// one with defects would be as safe and clean as any if it was called safe.
func unsafe(d *resource.DvirLog) bool { return d.IsSafetyCritical.Or(false) || defective(d) }

func defective(d *resource.DvirLog) bool { return d.DefectCount.Or(0) > 0 || namedDefects(d) > 0 }

// namedDefects is how many defects have names.
func namedDefects(d *resource.DvirLog) int64 { return int64(len(d.Defects.Or(nil))) }
