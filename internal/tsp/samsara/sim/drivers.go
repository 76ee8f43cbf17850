package sim

import (
	"maps"
	"slices"
	"strconv"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

var (
	driverFilters  = []string{"driverActivationStatus", "limit", "after", "tagIds", "updatedAfterTime", "createdAfterTime"}
	driverRequired = []string{"name", "username", "password"}
)

const (
	statusActive      = "active"
	statusDeactivated = "deactivated"
	// driverIDs is what the ids of drivers are counted from.
	driverIDs = 48400000
)

// listDrivers shows active drivers unless deactivated ones are asked for; there is no way to ask for both.
func listDrivers(tx *simkit.Tx, c *simkit.Call) (any, error) {
	wanted := statusActive
	if c.Query.Has("driverActivationStatus") {
		wanted = c.Query.Get("driverActivationStatus")
		if !slices.Contains([]string{statusActive, statusDeactivated}, wanted) {
			return nil, simkit.Invalid("driverActivationStatus must be active or deactivated")
		}
	}
	fits, err := common(c)
	if err != nil {
		return nil, err
	}
	keep := func(i *simkit.Item) bool { return simkit.Text(i.Object, "driverActivationStatus") == wanted && fits(i) }
	return listing{drivers, pageSize, keep, showDriver}.page(tx, c)
}

func getDriver(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := lookUp(tx, drivers, c.ID())
	if err != nil {
		return nil, err
	}
	return data(showDriver(tx, i)), nil
}

// postDriver creates a driver, who is always active.
func postDriver(tx *simkit.Tx, c *simkit.Call) (any, error) {
	body, err := withAttributes(tx, ofDrivers, c.Body)
	if err != nil {
		return nil, err
	}
	o := merge(newDriver(), body)
	o["createdAtTime"] = timestamp(tx.Now())
	i, err := putDriver(tx, newDriverID(tx), o)
	if err != nil {
		return nil, err
	}
	return data(showDriver(tx, i)), nil
}

func newDriverID(tx *simkit.Tx) string { return strconv.FormatInt(driverIDs+tx.NextSeq(), 10) }

func patchDriver(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := lookUp(tx, drivers, c.ID())
	if err != nil {
		return nil, err
	}
	change, err := withAttributes(tx, ofDrivers, maps.Clone(c.Body))
	if err != nil {
		return nil, err
	}
	if err := checkDeactivation(tx, i, change); err != nil {
		return nil, err
	}
	after, err := putDriver(tx, i.ID, merge(i.Object, change))
	if err != nil {
		return nil, err
	}
	tx.NoteChange(drivers, i.ID, c.Body)
	return data(showDriver(tx, after)), nil
}

// newDriver holds the documented defaults; the time zone is the one of the organisation.
func newDriver() simkit.Object {
	return simkit.Object{
		"driverActivationStatus": statusActive, "timezone": "America/Los_Angeles",
		"eldExempt": false, "eldPcEnabled": false, "eldYmEnabled": false, "eldDayStartHour": int64(0),
		"eldAdverseWeatherExemptionEnabled": false, "eldBigDayExemptionEnabled": false,
		"waitingTimeDutyStatusEnabled": false,
	}
}

// putDriver checks what concerns other objects and stores the driver. The password and the image are not kept.
func putDriver(tx *simkit.Tx, id string, o simkit.Object) (*simkit.Item, error) {
	if err := checkDriverReferences(tx, o); err != nil {
		return nil, err
	}
	delete(o, "password")
	delete(o, "profileImageBase64")
	o["id"], o["updatedAtTime"] = id, timestamp(tx.Now())
	if err := tx.Put(drivers, id, o, driverKeys(o)...); err != nil {
		return nil, err
	}
	i, _ := tx.Get(drivers, id)
	return i, nil
}

// showDriver is a driver as replies show it.
func showDriver(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := simkit.Object{}
	copyMembers(o, i.Object, "name", "username", "phone", "licenseNumber", "licenseState", "notes", "timezone", "locale",
		"email", "dateOfBirth", "driverActivationStatus", "createdAtTime", "updatedAtTime", "attributes",
		"carrierSettings", "currentIdCardCode", "eldAdverseWeatherExemptionEnabled", "eldBigDayExemptionEnabled",
		"eldDayStartHour", "eldExempt", "eldExemptReason", "eldPcEnabled", "eldYmEnabled", "hasDrivingFeaturesHidden",
		"hasVehicleUnpinningEnabled", "hosSetting", "profileImageUrl", "tachographCardNumber",
		"usDriverRulesetOverride", "waitingTimeDutyStatusEnabled")
	showShared(tx, o, i)
	for shown, member := range tagReferences() {
		if tag, ok := tx.Get(tags, simkit.Text(i.Object, member)); ok {
			o[shown] = tinyTag(tag)
		}
	}
	if v, ok := tx.Get(assets, simkit.Text(i.Object, "staticAssignedVehicleId")); ok {
		o["staticAssignedVehicle"] = simkit.Object{"id": v.ID, "name": simkit.Text(v.Object, "name")}
	}
	return o
}

// tagReferences are the members of a driver that hold the id of one tag, by the name under which replies show the tag.
func tagReferences() map[string]string {
	return map[string]string{
		"vehicleGroupTag": "vehicleGroupTagId", "trailerGroupTag": "trailerGroupTagId", "peerGroupTag": "peerGroupTagId",
	}
}
