package sim

import (
	"maps"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// showDevice adds what follows from the serial number. A device without one is shown as recorded trailers are; whether
// the server shows UntrackedAsset or U1 instead is not documented.
func showDevice(_ *simkit.Tx, i *simkit.Item) simkit.Object {
	o := maps.Clone(i.Object)
	o["engineVehicleIdentificationNumber"] = "?"
	name, product := deviceTypeOf(simkit.Text(o, "serialNumber"))
	o["deviceType"], o["productId"] = name, product
	if product > 0 {
		o["hardwareId"], o["major"], o["minor"] = product*1000+1, int64(45), int64(42)
		o["engineVehicleIdentificationNumber"] = simkit.Text(o, "vehicleIdentificationNumber")
	}
	return o
}

// deviceTypeOf tells the type and the product from the prefix of the serial number: G for Geotab's own devices, any
// other for those of third parties. Numbers of products are not documented.
func deviceTypeOf(serial string) (string, int64) {
	if serial == "" {
		return "None", -1
	}
	if !strings.HasPrefix(serial, "G") {
		return "CustomVehicleDevice", 10000
	}
	for prefix, number := range map[string]int64{"G6": 90, "G7": 105, "G8": 114} {
		if strings.HasPrefix(serial, prefix) {
			return "GO" + prefix[1:], number
		}
	}
	return "GO9", 120
}

// deviceSearch is DeviceSearch. keywords look at the name, comment, plate, VIN and serial number.
func deviceSearch() filters {
	return filters{
		"id": byID(), "name": byText("name"), "serialNumber": byText("serialNumber"), "licensePlate": byText("licensePlate"),
		"vehicleIdentificationNumber": byText("vehicleIdentificationNumber"), "comment": byText("comment"),
		"groups": byGroups("groups"), "fromDate": notBefore("activeTo"), "toDate": notAfter("activeFrom"),
		"keywords": byKeywords("name", "comment", "licensePlate", "vehicleIdentificationNumber", "serialNumber"),
		"excludeUntrackedAssets": wanting("excludeUntrackedAssets", "must be a boolean",
			func(_ query, o simkit.Object, exclude bool) bool { return !exclude || !isUntracked(o) }),
	}
}

// byKeywords fits when any keyword is in any of the texts.
func byKeywords(names ...string) filter {
	return func(_ query, o simkit.Object, wanted any) (bool, error) {
		words, ok := wanted.([]any)
		if !ok {
			return false, cast("search.keywords", "must be an array")
		}
		for _, v := range words {
			word, ok := v.(string)
			if !ok {
				return false, cast("search.keywords", "must be an array of strings")
			}
			for _, name := range names {
				if matches("%"+strings.Trim(word, "%")+"%", simkit.Text(o, name)) {
					return true, nil
				}
			}
		}
		return false, nil
	}
}
