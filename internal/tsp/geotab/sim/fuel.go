package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// noDevice stands for a device that was not found.
const noDevice = "NoDeviceId"

// fuelEntity is FuelTransaction. Its odometer is in kilometres and its volume in litres; numbers are kept as given.
func fuelEntity() *entity {
	return &entity{
		name: "FuelTransaction", collection: fuels, properties: fuelProperties(), required: []string{"dateTime", "volume"},
		search: filters{
			"id": byID(), "deviceSearch": byEntity("device", "Device"), "userSearch": byEntity("driver", "User"),
			"externalReference": byText("externalReference"), "fromDate": notBefore("dateTime"), "toDate": notAfter("dateTime"),
			"vehicleIdentificationNumber": byText("vehicleIdentificationNumber"),
		},
		sorts: map[string]string{"id": "id", "date": "dateTime"},
		rates: map[string]int{"Get": 250, "Add": 1000, "Set": 200, "Remove": 200, "GetFeed": 250}, feeds: true,
		writing: &writing{
			begin: func(*simkit.Tx) simkit.Object {
				o := simkit.Object{"currencyCode": "USD", "productType": "Unknown", "provider": "Unknown"}
				for _, name := range fuelTexts() {
					o[name] = ""
				}
				return o
			},
			settle: settleFuel, keys: fuelKeys,
		},
	}
}

// fuelTexts are texts of at most 255 characters with "" as default; so is comments, which may be longer.
func fuelTexts() []string {
	return []string{
		"externalReference", "siteName", "providerProductDescription", "cardNumber", "comments", "description",
		"driverName", "licencePlate", "vehicleIdentificationNumber", "serialNumber", "sourceData",
	}
}

func fuelProperties() properties {
	number := property{kind: numberKind}
	p := properties{}
	for _, name := range fuelTexts() {
		p[name] = property{most: 255}
	}
	return p.with(properties{
		"comments": {most: 1024}, "sourceData": {},
		"device": {kind: referenceKind, of: devices, system: []string{noDevice}},
		"driver": {kind: referenceKind, of: users, system: []string{unknownDriver}}, "dateTime": {kind: momentKind},
		"volume": number, "cost": number, "odometer": number, "currencyCode": {check: isCurrency},
		"productType": {values: []string{
			"Unknown", "NonFuel", "Regular", "Midgrade", "Premium", "Super", "Diesel", "E85", "CNG", "LPG", "Hydrogen",
			"DieselExhaustFluid", "Electric",
		}},
		"provider": {values: []string{"Unknown", "Wex", "WexLegacy", "Comdata", "Voyager", "Fuelman"}},
		"location": {
			kind: objectKind, members: properties{"x": number, "y": number}, needs: []string{"x", "y"}, check: isOnEarth,
		},
	})
}

func isCurrency(v any) string {
	s, _ := v.(string)
	if len(s) != 3 || strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return "must be a currency code of three capital letters"
	}
	return ""
}

// isOnEarth checks that x is a longitude and y a latitude.
func isOnEarth(v any) string {
	o, _ := v.(simkit.Object)
	within := func(name string, most float64) bool {
		n, ok := o[name].(float64)
		if whole, isWhole := o[name].(int64); isWhole {
			n, ok = float64(whole), true
		}
		return ok && n >= -most && n <= most
	}
	if !within("x", 180) || !within("y", 90) {
		return "must have the longitude as x and the latitude as y"
	}
	return ""
}

// settleFuel looks for the device and the driver when none are named.
func settleFuel(tx *simkit.Tx, _, after simkit.Object) error {
	for _, name := range []string{"volume", "cost", "odometer"} {
		if negative(after[name]) {
			return throw(typeRange, "FuelTransaction.%s cannot be below 0", name)
		}
	}
	if after["device"] == nil {
		after["device"] = deviceOf(tx, after)
	}
	if after["driver"] == nil {
		after["driver"] = driverOf(tx, after)
	}
	return nil
}

// deviceOf matches by VIN, then serial number, then plate, then the name of a device as comments.
func deviceOf(tx *simkit.Tx, o simkit.Object) any {
	for _, by := range []struct{ given, member string }{
		{"vehicleIdentificationNumber", "vehicleIdentificationNumber"}, {"serialNumber", "serialNumber"},
		{"licencePlate", "licensePlate"}, {"comments", "name"},
	} {
		wanted := simkit.Text(o, by.given)
		for _, i := range tx.Items(devices) {
			if wanted != "" && strings.EqualFold(wanted, simkit.Text(i.Object, by.member)) {
				return refTo(i.ID)
			}
		}
	}
	return noDevice
}

func driverOf(tx *simkit.Tx, o simkit.Object) any {
	wanted := simkit.Text(o, "driverName")
	for _, i := range tx.Items(users) {
		name := simkit.Text(i.Object, "firstName") + " " + simkit.Text(i.Object, "lastName")
		if driver, _ := i.Object["isDriver"].(bool); driver && strings.EqualFold(wanted, name) {
			return refTo(i.ID)
		}
	}
	return unknownDriver
}

// fuelKeys make a transaction unique over all that it says except sourceData.
func fuelKeys(o simkit.Object) []string {
	said := maps.Clone(o)
	delete(said, "id")
	delete(said, "sourceData")
	delete(said, versionMember)
	data, err := simkit.Marshal(said)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(data)
	return []string{"content " + hex.EncodeToString(sum[:8])}
}
