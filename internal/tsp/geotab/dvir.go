package geotab

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// dvirLog is what is written of a DVIRLog: metres.
type dvirLog struct {
	Device     *ref   `json:"device"`
	Driver     *ref   `json:"driver"`
	DateTime   string `json:"dateTime"`
	DefectList *ref   `json:"defectList"`
	// Defects is spelt as recorded answers spell it: Geotab lowers only the first letter.
	Defects        []dvirDefect   `json:"dVIRDefects,omitzero"`
	LogType        string         `json:"logType"`
	SafeToOperate  *bool          `json:"isSafeToOperate,omitzero"`
	DriverRemark   string         `json:"driverRemark,omitzero"`
	CertifiedBy    *ref           `json:"certifiedBy,omitzero"`
	CertifyDate    string         `json:"certifyDate,omitzero"`
	CertifyRemark  string         `json:"certifyRemark,omitzero"`
	OdometerMetres jsontext.Value `json:"odometer,omitzero"`
}

type dvirDefect struct {
	Defect       ref      `json:"defect"`
	RepairStatus string   `json:"repairStatus"`
	Remarks      []remark `json:"defectRemarks"`
}

type remark struct {
	Remark   string `json:"remark"`
	DateTime string `json:"dateTime"`
	User     *ref   `json:"user,omitzero"`
}

// logTypes are Geotab's types of inspection for ours.
func logTypes() map[string]string {
	return map[string]string{"pre_trip": "PreTrip", "post_trip": "PostTrip", "unknown": "Unknown"}
}

func dvirUses() tsp.Uses {
	return tsp.Uses{
		"driver_id":          tsp.Sent().Into(users),
		"vehicle_id":         tsp.Sent().Into(devices),
		"trailer_id":         tsp.Sent().Into(devices),
		"occurred_at":        tsp.Sent(),
		"log_type":           tsp.Sent().Only("Geotab has no inspections by mechanics", "pre_trip", "post_trip", "unknown"),
		"inspected_by":       tsp.Dropped("the driver is the inspector of its inspections"),
		"defect_count":       tsp.Dropped("it counts the named defects itself"),
		"defects":            tsp.Sent(),
		"is_safety_critical": tsp.Sent().Because("false is not sent, as it would certify the vehicle as safe to operate"),
		"driver_comment":     tsp.Sent(),
		"certify_comment":    tsp.Sent(),
		"odometer":           tsp.Sent(),
		"odometer_unit":      tsp.Sent().Because("not sent without odometer"),
	}
}

// checkDvir holds that exactly one thing was inspected and that there is a defect list for it.
func checkDvir(d *resource.DvirLog, s tsp.Settings) []resource.Problem {
	var wrong []resource.Problem
	refuse := func(path, code, message string) {
		wrong = append(wrong, resource.Problem{Path: path, Code: code, Message: message})
	}
	vehicle, trailer := d.VehicleID.State() == resource.Set, d.TrailerID.State() == resource.Set
	switch {
	case vehicle && trailer:
		refuse("trailer_id", resource.CodeUnsupported, "cannot be given together with vehicle_id: an inspection at Geotab is of one of them; write two")
	case !vehicle && !trailer:
		refuse("vehicle_id", resource.CodeRequired, "is required by Geotab unless trailer_id is given")
	}
	if d.Odometer.State() == resource.Set && d.OdometerUnit.State() != resource.Set {
		refuse("odometer_unit", resource.CodeRequired, "is required beside odometer at Geotab")
	}
	// Geotab counts what the list names, so that defects without names would arrive as none.
	if named := len(d.Defects.Or(nil)); d.DefectCount.Or(0) > int64(named) {
		refuse("defect_count", resource.CodeUnsupported, fmt.Sprintf("is %d, and defects names %d: Geotab takes the defects "+
			"that are named, and the others would be lost; name each in defects, such as other", d.DefectCount.Or(0), named))
	}
	return wrong
}

// warnDvir tells what of an inspection means nothing to Geotab.
func warnDvir(d *resource.DvirLog, _ tsp.Settings) []tsp.Warning {
	var all []tsp.Warning
	if critical, ok := d.IsSafetyCritical.Get(); ok && !critical {
		all = append(all, tsp.Warning{Path: "is_safety_critical", Dropped: true,
			Message: "not sent to Geotab: false would certify the vehicle as safe to operate, which is an act of its own"})
	}
	return append(all, loneUnit(d.Odometer.State(), d.OdometerUnit.State())...)
}

// loneUnit tells of a unit without a distance.
func loneUnit(odometer, unit resource.State) []tsp.Warning {
	if unit != resource.Set || odometer == resource.Set {
		return nil
	}
	return []tsp.Warning{{Path: "odometer_unit", Dropped: true,
		Message: "not sent to Geotab: it is the unit of odometer, which is not given"}}
}

// dvirFrom holds what the fields of an inspection say, its defects aside.
func dvirFrom(d *resource.DvirLog, w tsp.Write) dvirLog {
	at := stamp(d.OccurredAt.Or(made(w.Operation)))
	log := dvirLog{DateTime: at, LogType: logTypes()[d.LogType.Or("unknown")], DriverRemark: d.DriverComment.Or("")}
	list := w.Settings.Text(settingDefects)
	if driver, ok := w.Refs.One("driver_id"); ok {
		log.Driver = refTo(driver)
	}
	if vehicle, ok := w.Refs.One("vehicle_id"); ok {
		log.Device = refTo(vehicle)
	}
	if trailer, ok := w.Refs.One("trailer_id"); ok {
		log.Device = refTo(trailer)
		if own := w.Settings.Text(settingTrailerDefect); own != "" {
			list = own
		}
	}
	log.DefectList = refTo(resource.SourceID(list))
	if critical, ok := d.IsSafetyCritical.Get(); ok && critical {
		safe := false
		log.SafeToOperate = &safe
	}
	if certified := d.CertifyComment.Or(""); certified != "" {
		log.CertifyRemark, log.CertifiedBy, log.CertifyDate = certified, log.Driver, at
	}
	if odometer, ok := d.Odometer.Get(); ok {
		log.OdometerMetres = spelt(odometer.Metres(d.OdometerUnit.Or("meters")))
	}
	return log
}

func dvirSteps(d *resource.DvirLog, w tsp.Write) ([]step, error) {
	log := dvirFrom(d, w)
	return []step{{key: "dvir", method: add, entity: "DVIRLog", collection: dvirs, find: findDvir(d, log),
		body: func(ctx context.Context, c *call, _ resource.SourceID) (any, error) {
			return log.withDefects(ctx, c, d.Defects.Or(nil), w)
		}}}, nil
}

// withDefects names each defect by what the connection's defect list has for it.
func (l dvirLog) withDefects(ctx context.Context, c *call, names []string, w tsp.Write) (dvirLog, error) {
	if len(names) == 0 {
		return l, nil
	}
	tree, err := c.defects(ctx, l.DefectList.ID)
	if id, previewed := tsp.Awaited("defect", err); previewed {
		tree, err = defectTree{other: resource.SourceID(id)}, nil
	}
	if err != nil {
		return l, err
	}
	for _, name := range names {
		id, ok := tree.find(name, w.Settings.List(settingDefectMap))
		if !ok {
			return l, &tsp.Error{Class: tsp.Rejected, Message: "the defect list " + string(l.DefectList.ID) + " has neither " + name +
				" nor a part for others; map it in the connection's setting " + settingDefectMap}
		}
		l.Defects = append(l.Defects, dvirDefect{Defect: ref{id}, RepairStatus: "NotRepaired",
			Remarks: []remark{{Remark: name, DateTime: l.DateTime, User: l.Driver}}})
	}
	return l, nil
}
