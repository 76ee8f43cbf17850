package sim_test

import "strings"

// call is one request to a freshly seeded simulator and the status that it gets.
type call struct {
	name   string
	method string
	path   string
	body   string
	status int
}

// with puts members into a JSON object that has others already.
func with(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// without takes a member with a text or object value out of one of the objects below.
func without(object, name string) string {
	start := strings.Index(object, `"`+name+`"`)
	rest := object[start:]
	end := strings.Index(rest, `,"`)
	if i := strings.Index(rest, `},"`); strings.HasPrefix(rest, `"`+name+`":{`) {
		end = i + 1
	}
	return object[:start] + rest[end+1:]
}

// The smallest accepted bodies, each with one more member at its end.
const (
	newDriver    = `{"name":"Jo Doe","username":"jo.doe","password":"secret","notes":""}`
	newDVIR      = `{"authorId":"` + user + `","safetyStatus":"unsafe","type":"mechanic","vehicleId":"` + vehicle + `","mechanicNotes":"n"}`
	fuelPurchase = `{"fuelQuantityLiters":"240.5","transactionLocation":"1 De Haro St, San Francisco","transactionPrice":{"amount":"612.40","currency":"usd"},"transactionReference":"01930f2e8f3b7cc0a1b2c3d4e5f60718","transactionTime":"2026-11-24T10:15:00-07:00","source":"Waybill"}`
)

func calls() []call {
	lists := [][]call{readCalls(), vehicleCalls(), trailerCalls(), assetCalls(), driverCalls(), messageCalls(), dvirCalls(), fuelCalls(), userCalls(), assignmentCalls()}
	var all []call
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func readCalls() []call {
	return []call{
		{"the organisation", "GET", "/me", "", 200},
		{"the users", "GET", "/users", "", 200},
		{"a user", "GET", "/users/" + user, "", 200},
		{"an unknown user", "GET", "/users/5", "", 404},
		{"the roles", "GET", "/user-roles", "", 200},
		{"the tags", "GET", "/tags?limit=1", "", 200},
		{"a tag", "GET", "/tags/" + west, "", 200},
		{"an unknown tag", "GET", "/tags/5", "", 404},
		{"a new tag", "POST", "/tags", `{"name":"North","parentTagId":"` + west + `"}`, 200},
		{"a tag below none", "POST", "/tags", `{"name":"North","parentTagId":"5"}`, 400},
		{"the attributes of assets", "GET", "/attributes?entityType=asset&limit=2", "", 200},
		{"attributes of nothing", "GET", "/attributes", "", 400},
		{"a new attribute", "POST", "/attributes", `{"attributeType":"text","entityType":"driver","name":"Depot"}`, 200},
		{"an attribute of that name", "POST", "/attributes", `{"attributeType":"text","entityType":"asset","name":"Length"}`, 400},
		{"all vehicles", "GET", "/fleet/vehicles", "", 200},
		{"some vehicles", "GET", "/fleet/vehicles?limit=2&tagIds=" + west + "&updatedAfterTime=2026-01-01T00:00:00Z", "", 200},
		{"a vehicle", "GET", "/fleet/vehicles/" + vehicle, "", 200},
		{"a vehicle by its VIN", "GET", "/fleet/vehicles/samsara.vin:" + firstVIN, "", 200},
		{"a vehicle by its VIN, escaped", "GET", "/fleet/vehicles/samsara.vin%3A" + firstVIN, "", 200},
		{"an unknown vehicle", "GET", "/fleet/vehicles/5", "", 404},
		{"all trailers", "GET", "/fleet/trailers", "", 200},
		{"a trailer", "GET", "/fleet/trailers/" + trailer, "", 200},
		{"active drivers", "GET", "/fleet/drivers", "", 200},
		{"deactivated drivers", "GET", "/fleet/drivers?driverActivationStatus=deactivated&limit=512", "", 200},
		{"a driver", "GET", "/fleet/drivers/" + driver, "", 200},
		{"all assets", "GET", "/assets?includeExternalIds=true&includeTags=true", "", 200},
		{"vehicles among the assets", "GET", "/assets?type=vehicle&ids=" + vehicle, "", 200},
		{"the stream of DVIRs", "GET", "/dvirs/stream?startTime=2026-11-01T00:00:00Z&safetyStatus=unsafe", "", 200},
		{"a stream from no time", "GET", "/dvirs/stream", "", 400},
		{"a DVIR", "GET", "/dvirs/7107026", "", 200},
		{"an unknown DVIR", "GET", "/dvirs/5", "", 404},
		{"messages", "GET", "/v1/fleet/messages", "", 200},
		{"messages of a window", "GET", "/v1/fleet/messages?endMs=1764000000000&durationMs=1000", "", 200},
		{"a window that is no number", "GET", "/v1/fleet/messages?endMs=now", "", 400},
		{"an unknown parameter", "GET", "/fleet/vehicles?page=2", "", 400},
	}
}

func vehicleCalls() []call {
	patch := func(name, body string, status int) call {
		return call{name, "PATCH", "/fleet/vehicles/" + vehicle, body, status}
	}
	return []call{
		patch("nothing", `{}`, 200),
		patch("every kind of member", `{"name":"Truck 7","vin":"1HGBH41JXMN109186","licensePlate":"8DFW001","notes":"new tyres","externalIds":{"waybill":"T-7"},"tagIds":["3921"],"staticAssignedDriverId":"`+driver+`","odometerMeters":9182,"engineHours":27,"vehicleRegulationMode":"mixed","harshAccelerationSettingType":"off","vehicleType":"truck","grossVehicleWeight":{"unit":"kg","weight":36000},"auxInputType13":"reefer","gatewaySerial":"GFRV-43N-VGX","attributes":[{"name":"Length","numberValues":[4.5]}]}`, 200),
		patch("cleared texts", `{"licensePlate":"","notes":"","tagIds":[]}`, 200),
		patch("a driver taken away", `{"staticAssignedDriverId":"0"}`, 200),
		patch("a short VIN", `{"vin":"12345678901"}`, 200),
		patch("a VIN too short", `{"vin":"1234567890"}`, 400),
		patch("a VIN too long", `{"vin":"123456789012345678"}`, 400),
		patch("a VIN with a hyphen", `{"vin":"1234-678901"}`, 400),
		patch("a VIN of another vehicle", `{"vin":"1XKYD49X5KJ211456"}`, 400),
		patch("a plate of 12 characters", `{"licensePlate":"ÄÖÜ456789012"}`, 200),
		patch("a plate of 13 characters", `{"licensePlate":"1234567890123"}`, 400),
		patch("notes of 256 characters", `{"notes":"`+strings.Repeat("n", 256)+`"}`, 400),
		patch("an empty name", `{"name":""}`, 400),
		patch("null", `{"notes":null}`, 400),
		patch("a number as text", `{"odometerMeters":"9182"}`, 400),
		patch("a text as number", `{"name":7}`, 400),
		patch("a fraction", `{"odometerMeters":1.5}`, 400),
		patch("an unknown field", `{"make":"Volvo"}`, 400),
		patch("an unknown mode", `{"vehicleRegulationMode":"none"}`, 400),
		patch("an unknown tag", `{"tagIds":["1"]}`, 400),
		patch("an unknown driver", `{"staticAssignedDriverId":"1"}`, 400),
		patch("an automatic external id", `{"externalIds":{"samsara.vin":"x"}}`, 400),
		patch("an external id that is no text", `{"externalIds":{"a":1}}`, 400),
		patch("a name twice", `{"name":"a","name":"b"}`, 400),
		patch("rubbish behind the body", `{"name":"a"}x`, 400),
		patch("a list", `[]`, 400),
		patch("no JSON", `name=a`, 400),
		patch("no body", ``, 400),
		patch("a body too large", `{"name":"`+strings.Repeat("a", 1<<20)+`"}`, 413),
		{"an unknown vehicle", "PATCH", "/fleet/vehicles/5", `{}`, 404},
	}
}

func trailerCalls() []call {
	post := func(name, body string, status int) call { return call{name, "POST", "/fleet/trailers", body, status} }
	patch := func(name, body string, status int) call {
		return call{name, "PATCH", "/fleet/trailers/" + trailer, body, status}
	}
	return []call{
		post("a name", `{"name":"Midwest 5"}`, 200),
		post("every member", `{"name":"Midwest 5","licensePlate":"T1","notes":"n","trailerSerialNumber":"8V8","enabledForMobile":true,"externalIds":{"waybill":"t5"},"tagIds":["3920"],"attributes":[{"name":"Plate state","stringValues":["NE"]}]}`, 200),
		post("no name", `{"licensePlate":"T1"}`, 400),
		post("an empty name", `{"name":""}`, 400),
		post("a plate of 13 characters", `{"name":"a","licensePlate":"1234567890123"}`, 400),
		post("a VIN", `{"name":"a","vin":"1UYVS2530GU512301"}`, 400),
		post("an odometer", `{"name":"a","odometerMeters":5}`, 400),
		patch("a new name", `{"name":"Midwest 6","odometerMeters":5}`, 200),
		patch("a text as boolean", `{"enabledForMobile":"true"}`, 400),
		{"an unknown trailer", "PATCH", "/fleet/trailers/5", `{}`, 404},
	}
}

func assetCalls() []call {
	post := func(name, body string, status int) call { return call{name, "POST", "/assets", body, status} }
	patch := func(name, body string, status int) call {
		return call{name, "PATCH", "/assets?id=" + vehicle, body, status}
	}
	return []call{
		post("nothing", `{}`, 200),
		post("a vehicle", `{"type":"vehicle","name":"Truck 7","vin":"1FUJGLDR5CLBP9001","make":"FREIGHTLINER","model":"Cascadia","year":2012,"licensePlate":"X","notes":"n","regulationMode":"regulated","externalIds":{"waybill":"7"},"tagIds":["3920"],"readingsIngestionEnabled":false,"attributes":[{"name":"Inspected on","dateValues":["2026-01-31"]}]}`, 200),
		post("a trailer with a serial number", `{"type":"trailer","name":"T","serialNumber":"12345"}`, 200),
		post("a make that the VIN denies", `{"type":"vehicle","vin":"1FUJGLDR5CLBP9001","make":"Volvo"}`, 400),
		post("a short VIN", `{"vin":"12345678901"}`, 400),
		post("a VIN with the letter O", `{"vin":"1FUJGLDR5CLBO9001"}`, 400),
		post("a VIN in use", `{"vin":"`+firstVIN+`"}`, 400),
		post("an unknown type", `{"type":"truck"}`, 400),
		post("a year as text", `{"year":"2012"}`, 400),
		post("an attribute that there is not", `{"attributes":[{"name":"Colour","stringValues":["red"]}]}`, 400),
		post("a text for a number", `{"attributes":[{"name":"Length","stringValues":["4"]}]}`, 400),
		post("a date that is none", `{"attributes":[{"dateValues":["31.1.2026"]}]}`, 400),
		patch("make, model and year", `{"make":"Freightliner","model":"M2","year":2013}`, 200),
		patch("a make that the VIN denies", `{"make":"Volvo"}`, 400),
		{"no id", "PATCH", "/assets", `{}`, 400},
		{"an unknown id", "PATCH", "/assets?id=5", `{}`, 404},
	}
}

func driverCalls() []call {
	post := func(name, body string, status int) call { return call{name, "POST", "/fleet/drivers", body, status} }
	patch := func(name, body string, status int) call {
		return call{name, "PATCH", "/fleet/drivers/" + driver, body, status}
	}
	override := `"usDriverRulesetOverride":{"cycle":"USA Property (8/70)","restart":"34-hour Restart","restbreak":"None","usStateToOverride":""}`
	return []call{
		post("the least", newDriver, 200),
		post("much", with(newDriver, `"phone":"5558234327","licenseNumber":"E1","licenseState":"ON","timezone":"America/Toronto","locale":"ca","email":"jo@example.com","externalIds":{"payroll":"ABFS18600"},"tagIds":["3920"],"eldExempt":true,"eldExemptReason":"short haul","eldPcEnabled":true,"eldYmEnabled":true,"eldDayStartHour":12,"carrierSettings":{"carrierName":"A","dotNumber":98231},"staticAssignedVehicleId":"`+vehicle+`","vehicleGroupTagId":"3920","hosSetting":{"heavyHaulExemptionToggleEnabled":true},`+override), 200),
		post("no name", without(newDriver, "name"), 400),
		post("no username", without(newDriver, "username"), 400),
		post("no password", without(newDriver, "password"), 400),
		post("a username with a space", `{"name":"a","username":"a b","password":"p"}`, 400),
		post("a username with an at sign", `{"name":"a","username":"a@b","password":"p"}`, 400),
		post("a username in use", `{"name":"a","username":"Amir.Haddad","password":"p"}`, 400),
		post("a username of 190 characters", `{"name":"a","username":"`+strings.Repeat("u", 190)+`","password":"p"}`, 400),
		post("a name of 256 characters", `{"name":"`+strings.Repeat("u", 256)+`","username":"u","password":"p"}`, 400),
		post("a licence in use", with(newDriver, `"licenseNumber":"D4488200","licenseState":"CA"`), 400),
		post("that number in another state", with(newDriver, `"licenseNumber":"D4488200","licenseState":"NV"`), 200),
		post("a state that is none", with(newDriver, `"licenseState":"XX"`), 400),
		post("a time zone that is none", with(newDriver, `"timezone":"Pacific"`), 400),
		post("a locale that is none", with(newDriver, `"locale":"en"`), 400),
		post("a day that starts at 6", with(newDriver, `"eldDayStartHour":6`), 400),
		post("a ruleset that is not whole", with(newDriver, `"usDriverRulesetOverride":{"cycle":"Texas (7/70)"}`), 400),
		post("an activation status", with(newDriver, `"driverActivationStatus":"active"`), 400),
		post("an external id of a vehicle", with(newDriver, `"externalIds":{"a":"1","b":""}`), 200),
		patch("a new name", `{"name":"Amir H."}`, 200),
		patch("deactivation", `{"driverActivationStatus":"deactivated"}`, 200),
		patch("a status that is none", `{"driverActivationStatus":"gone"}`, 400),
		patch("a time of deactivation for an active driver", `{"deactivatedAtTime":"2026-11-24T00:00:00Z"}`, 400),
		patch("a time of deactivation that is too old", `{"driverActivationStatus":"deactivated","deactivatedAtTime":"2025-01-01T00:00:00Z"}`, 400),
		patch("a time of deactivation that is none", `{"driverActivationStatus":"deactivated","deactivatedAtTime":"yesterday"}`, 400),
		patch("a username in use", `{"username":"beatrice.novak"}`, 400),
		patch("an unknown vehicle", `{"staticAssignedVehicleId":"1"}`, 400),
		patch("an unknown group", `{"peerGroupTagId":"1"}`, 400),
		{"an unknown driver", "PATCH", "/fleet/drivers/5", `{}`, 404},
	}
}

func messageCalls() []call {
	post := func(name, body string, status int) call {
		return call{name, "POST", "/v1/fleet/messages", body, status}
	}
	return []call{
		post("to one driver", `{"driverIds":[`+driver+`],"text":"hello"}`, 200),
		post("to two drivers", `{"driverIds":[48400010,48400011],"text":"hello"}`, 200),
		post("2,500 characters", `{"driverIds":[`+driver+`],"text":"`+strings.Repeat("ü", 2500)+`"}`, 200),
		post("2,501 characters", `{"driverIds":[`+driver+`],"text":"`+strings.Repeat("ü", 2501)+`"}`, 400),
		post("no text", `{"driverIds":[`+driver+`]}`, 400),
		post("an empty text", `{"driverIds":[`+driver+`],"text":""}`, 400),
		post("no drivers", `{"driverIds":[],"text":"a"}`, 400),
		post("drivers as texts", `{"driverIds":["`+driver+`"],"text":"a"}`, 400),
		post("a driver with a fraction", `{"driverIds":[48400010.5],"text":"a"}`, 400),
		post("an unknown driver", `{"driverIds":[1],"text":"a"}`, 400),
		post("an unknown field", `{"driverIds":[`+driver+`],"text":"a","senderId":1}`, 400),
	}
}

func dvirCalls() []call {
	post := func(name, body string, status int) call { return call{name, "POST", "/fleet/dvirs", body, status} }
	return []call{
		post("of a vehicle", newDVIR, 200),
		post("of a trailer", `{"authorId":"`+user+`","safetyStatus":"safe","type":"mechanic","trailerId":"`+trailer+`","odometerMeters":5,"licensePlate":"X","location":"yard","resolvedDefectIds":[]}`, 200),
		post("of both", with(newDVIR, `"trailerId":"`+trailer+`"`), 400),
		post("of neither", without(newDVIR, "vehicleId"), 400),
		post("of an unknown vehicle", `{"authorId":"`+user+`","safetyStatus":"safe","type":"mechanic","vehicleId":"1"}`, 400),
		post("no author", without(newDVIR, "authorId"), 400),
		post("a driver as author", `{"authorId":"48400015","safetyStatus":"safe","type":"mechanic","vehicleId":"`+vehicle+`"}`, 400),
		post("before a trip", `{"authorId":"`+user+`","safetyStatus":"safe","type":"preTrip","vehicleId":"`+vehicle+`"}`, 400),
		post("resolved", `{"authorId":"`+user+`","safetyStatus":"resolved","type":"mechanic","vehicleId":"`+vehicle+`"}`, 400),
		post("an unknown defect", with(newDVIR, `"resolvedDefectIds":["1"]`), 400),
		post("an odometer as text", with(newDVIR, `"odometerMeters":"5"`), 400),
		{"the history", "GET", "/fleet/dvirs/history?startTime=2026-11-01T00:00:00Z&endTime=2026-11-02T00:00:00Z&limit=5&tagIds=" + west, "", 200},
		{"a history without end", "GET", "/fleet/dvirs/history?startTime=2026-11-01T00:00:00Z", "", 400},
	}
}

func userCalls() []call {
	const dispatcher = "23d4d8d3-dc10-4e7a-a183-69968751f23e"
	user1 := `{"authType":"default","email":"jo@demofreight.example","name":"Jo Doe","roles":[{"roleId":"` + dispatcher + `"}]}`
	post := func(name, body string, status int) call { return call{name, "POST", "/users", body, status} }
	patch := func(name, body string, status int) call {
		return call{name, "PATCH", "/users/" + user, body, status}
	}
	return []call{
		post("a user", user1, 200),
		post("a user who ends", with(user1, `"expireAt":"2027-01-01T00:00:00Z"`), 200),
		post("a role for a tag", strings.Replace(user1, `"}]`, `","tagId":"`+west+`"}]`, 1), 200),
		post("no name", without(user1, "name"), 400),
		post("no address", without(user1, "email"), 400),
		post("no roles", strings.Replace(user1, `{"roleId":"`+dispatcher+`"}`, "", 1), 400),
		post("an unknown role", strings.Replace(user1, dispatcher, "1", 1), 400),
		post("an unknown tag", strings.Replace(user1, `"}]`, `","tagId":"1"}]`, 1), 400),
		post("an address that is none", strings.Replace(user1, "jo@", "jo", 1), 400),
		post("an address that is taken", strings.Replace(user1, "jo@", "Dana.Whitfield@", 1), 400),
		post("an unknown kind of login", strings.Replace(user1, "default", "ldap", 1), 400),
		post("a password", with(user1, `"password":"x"`), 400),
		patch("a new name", `{"name":"Dana W."}`, 200),
		patch("nothing", `{}`, 200),
		patch("another role", `{"roles":[{"roleId":"8a9371af-82d1-4158-bf91-4ecc8d3a114c"}]}`, 200),
		patch("an address", `{"email":"x@demofreight.example"}`, 400),
		patch("an empty name", `{"name":""}`, 400),
		{"an unknown user", "PATCH", "/users/5", `{}`, 404},
	}
}

func fuelCalls() []call {
	post := func(name, body string, status int) call { return call{name, "POST", "/fuel-purchase", body, status} }
	change := func(name, value string) string { return with(without(fuelPurchase, name), `"`+name+`":`+value) }
	list := []call{
		post("the least", fuelPurchase, 200),
		post("much", with(fuelPurchase, `"vehicleId":"`+vehicle+`","driverId":"`+driver+`","fuelGrade":"Premium","iftaFuelType":"LiquifiedNaturalGas","merchantName":"Shell","discount":{"amount":"0","currency":"eur"}`), 200),
		post("a quantity as number", change("fuelQuantityLiters", "240.5"), 400),
		post("a quantity of 0", change("fuelQuantityLiters", `"0.0"`), 400),
		post("a quantity that is none", change("fuelQuantityLiters", `"much"`), 400),
		post("a price without currency", change("transactionPrice", `{"amount":"1"}`), 400),
		post("a currency in capitals", change("transactionPrice", `{"amount":"1","currency":"USD"}`), 400),
		post("an amount as number", change("transactionPrice", `{"amount":1,"currency":"usd"}`), 400),
		post("a reference with an underscore", change("transactionReference", `"op_1"`), 400),
		post("a reference of 33 characters", change("transactionReference", `"`+strings.Repeat("r", 33)+`"`), 400),
		post("an empty reference", change("transactionReference", `""`), 400),
		post("a time without zone", change("transactionTime", `"2026-11-24T10:15:00"`), 400),
		post("an unknown vehicle", with(fuelPurchase, `"vehicleId":"`+trailer+`"`), 400),
		post("an unknown driver", with(fuelPurchase, `"driverId":"1"`), 400),
		post("a fuel type of others", with(fuelPurchase, `"iftaFuelType":"LNG"`), 400),
	}
	for _, name := range []string{"fuelQuantityLiters", "transactionLocation", "transactionPrice", "transactionReference", "transactionTime"} {
		list = append(list, post("no "+name, without(fuelPurchase, name), 400))
	}
	return list
}
