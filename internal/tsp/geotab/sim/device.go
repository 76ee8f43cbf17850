package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The types of assets; a device is of one of them.
const (
	assetTypes   = "GroupAssetTypeId"
	vehicleGroup = "GroupVehicleId"
	trailerGroup = "GroupTrailerId"
)

// deviceEntity is Device: vehicles and trailers, with hardware or without.
func deviceEntity() *entity {
	return &entity{
		name: "Device", collection: devices, most: mostDevices, properties: deviceProperties(),
		required: []string{"name", "groups"}, search: deviceSearch(),
		sorts: map[string]string{"id": "id", "name": "name"},
		rates: map[string]int{"Get": 650, "Add": 250, "Set": 250, "Remove": 250, "GetFeed": 250}, feeds: true,
		writing: &writing{
			begin: newDevice, settle: settleDevice, keys: deviceKeys, dropped: dropDevice,
		},
		show: showDevice,
	}
}

// untrackedEntity is Device under the type name of those without hardware.
func untrackedEntity() *entity {
	e := deviceEntity()
	e.name, e.covers, e.rates = "UntrackedAsset", isUntracked, each(100)
	e.rates["GetFeed"] = 60
	e.properties = e.properties.with(properties{"serialNumber": {fixed: true}})
	return e
}

func isUntracked(o simkit.Object) bool { return simkit.Text(o, "serialNumber") == "" }

func deviceProperties() properties {
	plate := property{most: 50}
	number, flag, any := property{kind: numberKind}, property{kind: flagKind}, property{kind: anyKind}
	derived := func(k kind) property { return property{kind: k, fixed: true} }
	return properties{
		"name": {most: 50}, "serialNumber": {most: 12, check: isSerial}, "groups": groupRefs(),
		"vehicleIdentificationNumber": plate, "licensePlate": plate, "licenseState": plate, "comment": {most: 1024},
		"timeZoneId": {check: isTimeZone}, "workTime": {}, "activeFrom": {kind: momentKind}, "activeTo": {kind: momentKind},
		"fuelTankCapacity": number, "odometerOffset": number, "odometerFactor": number, "engineHourOffset": number,
		"ignoreDownloadsUntil": {kind: momentKind}, "maxSecondsBetweenLogs": number, "timeToDownload": {},
		"pinDevice": flag, "customProperties": propertyValues(), "autoGroups": any, "mediaFiles": any,
		"deviceType": derived(textKind), "productId": derived(numberKind), "hardwareId": derived(numberKind),
		"engineVehicleIdentificationNumber": derived(textKind), "major": derived(numberKind), "minor": derived(numberKind),
	}
}

func isSerial(v any) string {
	s, _ := v.(string)
	foreign := func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }
	if strings.ContainsFunc(s, foreign) {
		return "must hold letters and digits only"
	}
	return ""
}

func isTimeZone(v any) string {
	name, _ := v.(string)
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return "must be the IANA name of a time zone"
	}
	return ""
}

// newDevice holds the documented defaults.
func newDevice(*simkit.Tx) simkit.Object {
	return simkit.Object{
		"serialNumber": "", "vehicleIdentificationNumber": "", "licensePlate": "", "licenseState": "", "comment": "",
		"timeZoneId": "UTC", "workTime": "WorkTimeStandardHoursId", "activeFrom": beginning, "activeTo": forever,
		"odometerOffset": int64(0), "odometerFactor": int64(1), "engineHourOffset": int64(0),
		"ignoreDownloadsUntil": beginning, "maxSecondsBetweenLogs": int64(200), "timeToDownload": "1.00:00:00",
		"pinDevice": true, "customProperties": []any{}, "autoGroups": []any{}, "mediaFiles": []any{},
	}
}

// settleDevice applies the rules between properties.
func settleDevice(tx *simkit.Tx, before, after simkit.Object) error {
	if simkit.Text(after, "name") == "" {
		return argument("Device.name cannot be null or empty")
	}
	after["serialNumber"] = strings.ToUpper(simkit.Text(after, "serialNumber"))
	capacity, given := after["fuelTankCapacity"]
	switch {
	case given && isUntracked(after):
		return argument("Device.fuelTankCapacity: a device without a serial number has no such property")
	case negative(capacity):
		return throw(typeRange, "Device.fuelTankCapacity cannot be below 0")
	}
	if simkit.Text(after, "serialNumber") != "" && !given {
		after["fuelTankCapacity"] = int64(0)
	}
	if err := settlePropertyValues(tx, after); err != nil {
		return err
	}
	return settleAssetType(tx, before, after)
}

func negative(v any) bool {
	whole, _ := v.(int64)
	fraction, _ := v.(float64)
	return whole < 0 || fraction < 0
}

// settleAssetType holds that a device is a vehicle or a trailer, by default a vehicle, and stays what it is. A Set may
// take it out of both.
func settleAssetType(tx *simkit.Tx, before, after simkit.Object) error {
	refs := list(after, "groups")
	if len(refs) == 0 {
		return argument("Device.groups cannot be null or empty")
	}
	vehicle, trailer := named(refs, vehicleGroup), named(refs, trailerGroup)
	was := list(before, "groups")
	switch {
	case vehicle && trailer:
		return argument("Device.groups cannot hold both %s and %s", vehicleGroup, trailerGroup)
	case vehicle && named(was, trailerGroup), trailer && named(was, vehicleGroup):
		return argument("Device.groups: the asset type of a device cannot be changed")
	case before == nil && !vehicle && !trailer:
		after["groups"] = append(slices.Clone(refs), any(refTo(vehicleGroup)))
	}
	return checkBranch(tx, "Device.groups", refs, companyRoot)
}

func deviceKeys(o simkit.Object) []string {
	if serial := simkit.Text(o, "serialNumber"); serial != "" {
		return []string{"serialNumber " + serial}
	}
	return nil
}

// dropDevice removes a device's data with it.
func dropDevice(tx *simkit.Tx, i *simkit.Item) error {
	for _, collection := range []string{dvirLogs, textMessages, fuels, driverChanges} {
		for _, data := range slices.Clone(tx.Items(collection)) {
			if idIn(data.Object["device"]) == i.ID || idIn(data.Object["trailer"]) == i.ID {
				tx.Delete(collection, data.ID)
			}
		}
	}
	return nil
}
