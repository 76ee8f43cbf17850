package sim

import (
	"encoding/base64"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// dvirDefects is how answers spell the defects of a log: a recorded answer has it, and Geotab lowers only the first
// letter of DVIRDefects. Geotab's pages print dvirDefects, so a write may use either.
const (
	dvirDefects   = "dVIRDefects"
	writtenDefect = "dvirDefects"
)

const (
	notRepaired   = "NotRepaired"
	unknownDriver = "UnknownDriverId"
)

// dvirEntity is DVIRLog. Its ids are GUIDs in the form of recorded answers, "a" and 22 characters.
func (s *service) dvirEntity() *entity {
	return &entity{
		name: "DVIRLog", collection: dvirLogs, properties: dvirProperties(), drivers: true,
		required: []string{"defectList"},
		search: filters{
			"id": byID(), "deviceSearch": byEntity("device", "Device"), "trailerSearch": byEntity("trailer", "Trailer"),
			"userSearch": byEntity("driver", "User"), "fromDate": notBefore("dateTime"), "toDate": notAfter("dateTime"),
			"isSafeToOperate": byFlag("isSafeToOperate"),
		},
		sorts: map[string]string{"id": "id", "date": "dateTime"},
		rates: map[string]int{"Get": 1000, "Add": 350, "Set": 350, "Remove": 350, "GetFeed": 350}, feeds: true,
		writing: &writing{
			begin: func(tx *simkit.Tx) simkit.Object {
				return simkit.Object{
					"driver": unknownDriver, "dateTime": stamp(tx.Now()), "logType": "Unknown", "driverRemark": "",
					"certifyRemark": "", "authorityName": "", "authorityAddress": "", dvirDefects: []any{},
				}
			},
			settle: s.settleDVIR,
			newID:  func(tx *simkit.Tx) string { return guid(tx, "log") },
		},
	}
}

func dvirProperties() properties {
	user := property{kind: referenceKind, of: users}
	driver := property{kind: referenceKind, of: users, system: []string{unknownDriver}}
	number, moment := property{kind: numberKind}, property{kind: momentKind}
	remark := properties{"id": {}, "remark": {}, "dateTime": moment, "user": driver}
	defect := properties{
		"id": {}, "defect": {kind: referenceKind, of: groups},
		"repairStatus": {values: []string{notRepaired, "Repaired", "NotNecessary"}},
		"repairUser":   user, "repairDateTime": moment,
		"defectRemarks": {kind: listKind, members: remark, needs: []string{"remark"}},
	}
	defects := property{kind: listKind, members: defect, needs: []string{"defect"}}
	return properties{
		"device": {kind: referenceKind, of: devices}, "trailer": {kind: referenceKind, of: devices}, "driver": driver,
		"dateTime": moment, "defectList": {kind: referenceKind, of: groups}, dvirDefects: defects, writtenDefect: defects,
		"logType":         {values: []string{"PreTrip", "PostTrip", "InTrip", "Unknown"}},
		"isSafeToOperate": {kind: flagKind}, "certifiedBy": user, "certifyDate": moment, "certifyRemark": {},
		"driverRemark": {}, "location": {kind: anyKind}, "authorityName": {most: 255}, "authorityAddress": {most: 255},
		"odometer": number, "engineHours": number, "duration": {}, "loadHeight": number, "loadWidth": number,
	}
}

// settleDVIR applies the rules between properties.
func (s *service) settleDVIR(tx *simkit.Tx, before, after simkit.Object) error {
	if written, given := after[writtenDefect]; given {
		after[dvirDefects] = written
		delete(after, writtenDefect)
	}
	_, device := after["device"]
	_, trailer := after["trailer"]
	if device == trailer {
		return argument("DVIRLog must name either a device or a trailer")
	}
	if i, _ := tx.Get(devices, idIn(after["trailer"])); trailer && !isTrailer(i.Object) {
		return argument("DVIRLog.trailer: %q is not a trailer", i.ID)
	}
	if before != nil && assetOf(before) != assetOf(after) {
		return argument("DVIRLog: the asset of a log cannot be changed")
	}
	listID := idIn(after["defectList"])
	if !isDefectList(tx, listID) {
		return argument("DVIRLog.defectList: %q is not a defect list", listID)
	}
	if before == nil && s.Host.On(closePrevious) {
		if err := previousClosed(tx, after); err != nil {
			return err
		}
	}
	return settleDefects(tx, before, after)
}

// settleDefects checks the defects, gives them ids and holds that a repair stays as it was noted.
func settleDefects(tx *simkit.Tx, before, after simkit.Object) error {
	settled := []any{}
	for n, v := range list(after, dvirDefects) {
		given, _ := v.(simkit.Object)
		defect := maps.Clone(given)
		id, root := idIn(defect["defect"]), idIn(after["defectList"])
		if id == root || !below(tx, id, root) {
			return argument("DVIRDefect.defect: %q is neither a part nor a defect of the list %q", id, root)
		}
		if simkit.Text(defect, "repairStatus") == "" {
			defect["repairStatus"] = notRepaired
		}
		repaired := defect["repairUser"] != nil || defect["repairDateTime"] != nil
		if repaired && simkit.Text(defect, "repairStatus") == notRepaired {
			return argument("DVIRDefect: a defect that is not repaired has no repairUser and no repairDateTime")
		}
		if simkit.Text(defect, "id") == "" {
			defect["id"] = guid(tx, "defect "+strconv.Itoa(n))
		}
		settled = append(settled, defect)
	}
	after[dvirDefects] = settled
	for _, v := range list(before, dvirDefects) {
		if err := keepsRepair(v, settled); err != nil {
			return err
		}
	}
	return nil
}

// guid is a new one, the same for every simulator in this state.
func guid(tx *simkit.Tx, of string) string {
	id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s %d", of, tx.NextSeq()))
	return "a" + base64.RawURLEncoding.EncodeToString(id[:])
}

// keepsRepair refuses to change or drop what was repaired or found not necessary to repair.
func keepsRepair(before any, settled []any) error {
	was, _ := before.(simkit.Object)
	if simkit.Text(was, "repairStatus") == notRepaired {
		return nil
	}
	at := slices.IndexFunc(settled, func(v any) bool { return idIn(v) == simkit.Text(was, "id") })
	if at >= 0 {
		is, _ := settled[at].(simkit.Object)
		same := func(name string) bool { return reflect.DeepEqual(was[name], is[name]) }
		if same("repairStatus") && same("repairUser") && same("repairDateTime") {
			return nil
		}
	}
	return argument("DVIRDefect: the repair of %q cannot be changed", simkit.Text(was, "id"))
}

// assetOf is the id of the device or trailer of a log, of which it has one.
func assetOf(log simkit.Object) string { return idIn(log["device"]) + idIn(log["trailer"]) }

// previousClosed refuses a log while the newest one of its asset has open defects and is not certified.
func previousClosed(tx *simkit.Tx, after simkit.Object) error {
	var newest simkit.Object
	for _, i := range tx.Items(dvirLogs) {
		if assetOf(i.Object) == assetOf(after) && simkit.Text(i.Object, "dateTime") >= simkit.Text(newest, "dateTime") {
			newest = i.Object
		}
	}
	open := slices.ContainsFunc(list(newest, dvirDefects), func(v any) bool {
		defect, _ := v.(simkit.Object)
		return simkit.Text(defect, "repairStatus") == notRepaired
	})
	if open && newest["certifiedBy"] == nil {
		id := simkit.Text(newest, "id")
		return argument("DVIRLog: the previous log %q of the asset must be repaired or certified first", id)
	}
	return nil
}
