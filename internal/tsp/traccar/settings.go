package traccar

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// The keys of the settings.
const (
	settingGroup    = "group_id"
	settingCategory = "vehicle_category"
	settingPairing  = "pair_eld"
	settingPlate    = "plate_attribute"
	settingModel    = "model_attribute"
)

// ownModel is the value of the setting by which the model of a vehicle is what the device's own member
// says. Decoders read that member, so it is only read from there (decision 6).
const ownModel = "model"

func settings() []tsp.Setting {
	return []tsp.Setting{
		{Key: settingGroup, Label: "Group of new vehicles and trailers (id)", Type: tsp.IntegerSetting},
		{Key: settingCategory, Label: "Category of new vehicles, which is their icon on the map", Type: tsp.TextSetting,
			Default: "truck", Values: vehicleCategories()},
		{Key: settingPairing, Label: "Let eld_serial_number of updates give vehicles and trailers other hardware",
			Type: tsp.BooleanSetting, Default: false},
		{Key: settingPlate, Label: "Attribute in which the fleet keeps licence plates", Type: tsp.TextSetting,
			Default: "licensePlate"},
		{Key: settingModel, Type: tsp.TextSetting, Default: "modelType",
			Label: `Attribute in which the fleet keeps the model of vehicles and trailers; "model" reads the device's own field`},
	}
}

// vehicleCategories are those for which the server's web page has an icon (traccar-web 6.14.5,
// src/map/core/preloadImages.js). That of trailers is none of them, because it alone tells trailers apart.
func vehicleCategories() []string {
	return []string{"animal", "bicycle", "boat", "bus", "camper", "car", "crane", "default", "helicopter", "motorcycle",
		"offroad", "person", "pickup", "plane", "scooter", "ship", "tractor", "train", "tram", "trolleybus", "truck", "van"}
}

func plateAttribute(s tsp.Settings) string { return cmp.Or(s.Text(settingPlate), "licensePlate") }
func modelAttribute(s tsp.Settings) string { return cmp.Or(s.Text(settingModel), "modelType") }

// modelOf is the model of a vehicle or trailer.
func modelOf(o object, s tsp.Settings) string {
	if at := modelAttribute(s); at != ownModel {
		return o.attributes().text(at)
	}
	return o.text("model")
}

// modelUse is the use of the model.
func modelUse() tsp.FieldUse {
	const read = "its decoders read the device's own model to tell hardware apart"
	return tsp.Sent().With(settingModel, ownModel, tsp.Dropped(read))
}

// checkSettings makes sure that the server has the group, and that the attributes are such as nobody else
// reads.
func checkSettings(ctx context.Context, send rest.Send, s tsp.Settings) error {
	if plate := plateAttribute(s); plate == modelAttribute(s) || plate == ownModel || !free(plate) {
		return refusedAttribute(settingPlate, plate)
	}
	if model := modelAttribute(s); model != ownModel && !free(model) {
		return refusedAttribute(settingModel, model)
	}
	group := s.Text(settingGroup)
	if group == "" {
		return nil
	}
	_, err := send(ctx, rest.Call{Method: http.MethodGet, Path: "/api/groups/" + group})
	var e *tsp.Error
	if errors.As(err, &e) && (e.Class == tsp.Missing || e.Class == tsp.Forbidden) {
		return &tsp.Error{Class: tsp.Rejected, Setting: settingGroup, Status: e.Status, Headers: e.Headers, Err: err,
			Message: "the server has no group " + group + " that the user of the credentials may see"}
	}
	return err
}

func refusedAttribute(setting, name string) error {
	return &tsp.Error{Class: tsp.Rejected, Setting: setting, Message: "the attribute " + name +
		" is read by the server itself or holds another field; name the one in which the fleet keeps this"}
}

// free tells whether an attribute of devices is neither one that the server reads, nor one that holds
// another field of ours. The former are those of config/Keys at v6.14.5 that are for devices, where any
// with a dot may become one, and those that commands, notifications and the web page use.
func free(name string) bool {
	taken := []string{"devicePassword", "fuelDropThreshold", "fuelIncreaseThreshold", "fuelCapacity", "speedLimit",
		"proximityEnterDistance", "proximityExitDistance", "unaccompaniedDistance", "deviceInactivityStart",
		"deviceInactivityPeriod", "notificationTokens", "motionTime", "deviceImage",
		markAttribute, "make", "modelYear", "vin", "engineVin", "licensePlateRegion", "licensePlateCountry",
		"vehicleStatus", "trailerStatus", "notes", "axles", "externalId", "tankCapacity", "tankUnit", "engineType",
		"trailerLength", "trailerType", "eldId", "eldDeviceType", "eldProductId", "eldSerialNumber", "vehicleSpeedUnit",
		"vehicleOdometerUnit"}
	return strings.TrimSpace(name) == name && !strings.Contains(name, ".") && !slices.Contains(taken, name)
}
