package sim_test

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// call is one call on a freshly seeded simulator and the type of the exception that it gets, or "".
type call struct {
	name   string
	method string
	typ    string
	entity string
	kind   string
}

// with puts members into a JSON object that has others already, and none of these.
func with(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// without takes a member out of a JSON object.
func without(object, name string) string { return change(object, name, "") }

// change gives a member another value; "" takes it out.
func change(object, name, value string) string {
	var o map[string]jsontext.Value
	if err := json.Unmarshal([]byte(object), &o); err != nil {
		panic(err)
	}
	o[name] = jsontext.Value(value)
	if value == "" {
		delete(o, name)
	}
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// The smallest accepted entities, each with a member that can be null.
const (
	newVehicle      = `{"version":null,"name":"Truck 301","groups":[{"id":"GroupCompanyId"}]}`
	newTrailer      = `{"version":null,"name":"Trailer 301","groups":[{"id":"b2781"}]}`
	newUser         = `{"version":null,"name":"jo.doe@example.com","firstName":"Josephine","lastName":"Doering","password":"correct-horse-7","companyGroups":[{"id":"GroupCompanyId"}],"securityGroups":[{"id":"GroupViewOnlySecurityId"}]}`
	newDriver       = `{"version":null,"name":"jo.doe@example.com","firstName":"Josephine","lastName":"Doering","password":"correct-horse-7","companyGroups":[{"id":"GroupCompanyId"}],"securityGroups":[{"id":"GroupDriveUserSecurityId"}],"isDriver":true,"driverGroups":[{"id":"b2782"}]}`
	newRuleSet      = `{"version":null,"user":{"id":"b2"},"hosRuleSet":{"id":"HosRuleSetAmerica7DayBig"},"dateTime":"2026-11-24T00:00:00.000Z"}`
	newDVIR         = `{"version":null,"device":{"id":"b1"},"driver":{"id":"b2"},"defectList":{"id":"b278A"},"dateTime":"2026-11-24T08:00:00.000Z"}`
	newText         = `{"version":null,"recipient":{"id":"b2"},"isDirectionToVehicle":true,"messageContent":{"contentType":"Normal","message":"hello","urgent":true}}`
	newDriverChange = `{"device":{"id":"b1"},"driver":{"id":"b2"},"dateTime":"2026-11-23T08:00:00.000Z","type":"Driver"}`

	newFuel = `{"version":null,"device":{"id":"b1"},"driver":{"id":"b2"},"dateTime":"2026-11-24T08:00:00.000Z","volume":240.5,"externalReference":"op-1"}`
)

const (
	badArgument = "ArgumentException"
	badNull     = "ArgumentNullException"
	badRange    = "ArgumentOutOfRangeException"
	badCast     = "InvalidCastException"
	badMember   = "MissingMemberException"
	badMethod   = "MissingMethodException"
	duplicate   = "DuplicateException"
)

// long is a JSON text of n characters.
func long(n int) string { return `"` + strings.Repeat("ü", n) + `"` }

func writes() []call {
	var all []call
	for _, list := range [][]call{deviceCalls(), trailerCalls(), userCalls(), driverCalls(), ruleSetCalls(), dvirCalls(), messageCalls(), fuelCalls(), otherCalls()} {
		all = append(all, list...)
	}
	return all
}

func deviceCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "Device", entity, kind} }
	set := func(name, entity, kind string) call { return call{name, "Set", "Device", entity, kind} }
	return []call{
		add("the least", newVehicle, ""),
		add("a GO device", with(newVehicle, `"serialNumber":"G9XYZ1234567","vehicleIdentificationNumber":"1FUJGLDR5CLBP9001","licensePlate":"X","licenseState":"CA","comment":"n","timeZoneId":"America/Chicago","activeFrom":"2026-11-24T00:00:00.000Z","activeTo":"2050-01-01T00:00:00.000Z","fuelTankCapacity":300.5,"workTime":"WorkTimeStandardHoursId","odometerOffset":1`), ""),
		add("a trailer", change(newVehicle, "groups", `[{"id":"b2782"},{"id":"GroupTrailerId"}]`), ""),
		add("no name", without(newVehicle, "name"), badNull),
		add("an empty name", change(newVehicle, "name", `""`), badNull),
		add("a name of 50 characters", change(newVehicle, "name", long(50)), ""),
		add("a name of 51 characters", change(newVehicle, "name", long(51)), badArgument),
		add("a name in use", change(newVehicle, "name", `"Truck 101"`), ""),
		add("a name that is a number", change(newVehicle, "name", `7`), badCast),
		add("no groups", without(newVehicle, "groups"), badNull),
		add("an empty list of groups", change(newVehicle, "groups", `[]`), badArgument),
		add("an unknown group", change(newVehicle, "groups", `[{"id":"b1"}]`), badArgument),
		add("a security group", change(newVehicle, "groups", `[{"id":"GroupDriveUserSecurityId"}]`), badArgument),
		add("groups by bare ids", change(newVehicle, "groups", `["GroupCompanyId"]`), ""),
		add("groups that are a text", change(newVehicle, "groups", `"GroupCompanyId"`), badCast),
		add("both asset types", change(newVehicle, "groups", `[{"id":"GroupVehicleId"},{"id":"GroupTrailerId"}]`), badArgument),
		add("a serial number of 13 characters", with(newVehicle, `"serialNumber":"G912345678901"`), badArgument),
		add("a serial number with a hyphen", with(newVehicle, `"serialNumber":"G9-1"`), badArgument),
		add("a serial number in use, in small letters", with(newVehicle, `"serialNumber":"g9abc0000101"`), duplicate),
		add("a VIN of 51 characters", with(newVehicle, `"vehicleIdentificationNumber":`+long(51)), badArgument),
		add("a plate of 51 characters", with(newVehicle, `"licensePlate":`+long(51)), badArgument),
		add("a tank without hardware", with(newVehicle, `"fuelTankCapacity":300`), badArgument),
		add("a tank below 0", with(newVehicle, `"serialNumber":"G9XYZ1234567","fuelTankCapacity":-1`), badRange),
		add("a time zone that is none", with(newVehicle, `"timeZoneId":"Pacific"`), badArgument),
		add("a time that is none", with(newVehicle, `"activeTo":"tomorrow"`), badCast),
		add("an id", with(newVehicle, `"id":"b99"`), badArgument),
		add("a make", with(newVehicle, `"make":"Volvo"`), badMember),
		add("a property in capitals", with(newVehicle, `"Comment":"n"`), badMember),
		add("a device type", with(newVehicle, `"deviceType":"GO9"`), badArgument),
		set("nothing", `{"id":"b1"}`, ""),
		set("no id", `{"name":"x"}`, badNull),
		set("an unknown id", `{"id":"b99","name":"x"}`, badArgument),
		set("texts", `{"id":"b1","name":"x","comment":"","licensePlate":"Y","activeTo":"2026-11-24T00:00:00Z"}`, ""),
		set("an empty name", `{"id":"b1","name":""}`, badArgument),
		set("the asset type", `{"id":"b1","groups":[{"id":"GroupTrailerId"}]}`, badArgument),
		set("no asset type", `{"id":"b1","groups":[{"id":"b2782"}]}`, ""),
		set("no groups", `{"id":"b1","groups":[]}`, badArgument),
		set("the serial number of another", `{"id":"b1","serialNumber":"G9ABC0000102"}`, duplicate),
		set("another serial number", `{"id":"b1","serialNumber":"G9ABC0009999"}`, ""),
		set("another serial number with the old type", `{"id":"b1","serialNumber":"CX1","deviceType":"GO9"}`, badArgument),
		set("the type that it has", `{"id":"b1","deviceType":"GO9"}`, ""),
		{"an untracked asset", "Add", "UntrackedAsset", newVehicle, ""},
		{"an untracked asset with a serial number", "Add", "UntrackedAsset", with(newVehicle, `"serialNumber":"G9XYZ1234567"`), badArgument},
	}
}

func trailerCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "Trailer", entity, kind} }
	return []call{
		add("the least", newTrailer, ""),
		add("a long name", change(newTrailer, "name", long(255)), ""),
		add("a name of 256 characters", change(newTrailer, "name", long(256)), badArgument),
		add("the trailers' group", change(newTrailer, "groups", `[{"id":"GroupTrailerId"}]`), badArgument),
		add("the vehicles' group", change(newTrailer, "groups", `[{"id":"b2781"},{"id":"GroupVehicleId"}]`), badArgument),
		add("a VIN", with(newTrailer, `"vehicleIdentificationNumber":"1"`), badMember),
		{"a trailer", "Set", "Trailer", `{"id":"b7","comment":"n"}`, ""},
		{"a vehicle as trailer", "Set", "Trailer", `{"id":"b1","comment":"n"}`, badArgument},
		{"a trailer as device", "Set", "Device", `{"id":"b7","comment":"n"}`, ""},
	}
}

func userCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "User", entity, kind} }
	set := func(name, entity, kind string) call { return call{name, "Set", "User", entity, kind} }
	const policy = "PasswordPolicyViolationException"
	list := []call{
		add("the least", newUser, ""),
		add("much", with(newUser, `"changePassword":true,"sendWelcomeEmail":false,"userAuthenticationType":"BasicAuthentication","employeeNo":"7","designation":"d","phoneNumber":"+1 5555555555","phoneNumberExtension":"12","countryCode":"us","carrierNumber":"c","comment":"n","timeZoneId":"America/Chicago","isYardMoveEnabled":true,"isPersonalConveyanceEnabled":true,"isAdverseDrivingEnabled":false,"isExemptHOSEnabled":false,"maxPCDistancePerDay":10,"hosRuleSet":"America8Day","activeFrom":"2026-11-24T00:00:00.000Z","activeTo":"2050-01-01T00:00:00.000Z"`), ""),
		add("a name with a space", change(newUser, "name", `"jo doe"`), badArgument),
		add("a name in use", change(newUser, "name", `"Amir.Haddad@demofreight.example"`), "DuplicateUserException"),
		add("a name of 256 characters", change(newUser, "name", long(256)), badArgument),
		add("no password", without(newUser, "password"), badNull),
		add("no password with SAML", with(without(newUser, "password"), `"userAuthenticationType":"SAML"`), ""),
		add("an unknown way to sign in", with(newUser, `"userAuthenticationType":"Basic"`), badArgument),
		add("a password of 7 characters", change(newUser, "password", `"aB3$xyz"`), policy),
		add("a common password", change(newUser, "password", `"Password123"`), policy),
		add("a password with the first name", change(newUser, "password", `"xxJOSEPHINExx"`), policy),
		add("a password with the last name", change(newUser, "password", `"xx-doering-xx"`), policy),
		add("a password with the user name", change(newUser, "password", `"1jo.doe@example.com1"`), policy),
		add("empty company groups", change(newUser, "companyGroups", `[]`), badArgument),
		add("empty security groups", change(newUser, "securityGroups", `[]`), badArgument),
		add("no company groups", without(newUser, "companyGroups"), badArgument),
		add("no security groups", without(newUser, "securityGroups"), badArgument),
		add("a company group for security", change(newUser, "securityGroups", `[{"id":"GroupCompanyId"}]`), badArgument),
		add("a designation of 51 characters", with(newUser, `"designation":`+long(51)), badArgument),
		add("a phone number of 21 characters", with(newUser, `"phoneNumber":`+long(21)), badArgument),
		add("a country of three letters", with(newUser, `"countryCode":"USA"`), badArgument),
		add("an unknown rule set", with(newUser, `"hosRuleSet":"America9Day"`), badArgument),
		add("a licence without being a driver", with(newUser, `"licenseNumber":"1","licenseProvince":"ON"`), badArgument),
		add("an unknown property", with(newUser, `"email":"x"`), badMember),
		set("texts", `{"id":"b2","firstName":"A","comment":"n","phoneNumber":""}`, ""),
		set("a name in use", `{"id":"b2","name":"beatrice.novak@demofreight.example"}`, "DuplicateUserException"),
		set("a licence without its province", `{"id":"b2","licenseProvince":""}`, badArgument),
		set("another licence of the same province", `{"id":"b2","licenseNumber":"X"}`, ""),
		set("no driver any more", `{"id":"b2","isDriver":false}`, ""),
		set("a driver without groups", `{"id":"b8","isDriver":true}`, badArgument),
		set("a driver", `{"id":"b8","isDriver":true,"driverGroups":[{"id":"b2781"}]}`, ""),
		set("no company groups", `{"id":"b2","companyGroups":[]}`, badArgument),
		set("a weak password", `{"id":"b2","password":"short"}`, policy),
	}
	for _, name := range []string{"name", "firstName", "lastName"} {
		list = append(list, add("no "+name, without(newUser, name), badNull), add("an empty "+name, change(newUser, name, `""`), badNull))
	}
	return list
}

func driverCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "User", entity, kind} }
	return []call{
		add("a driver", newDriver, ""),
		add("a driver with all that drivers have", with(newDriver, `"licenseNumber":"1","licenseProvince":"ON","viewDriversOwnDataOnly":false,"keys":[{"serialNumber":"123","driverKeyType":"Nfc"}]`), ""),
		add("a driver without groups", without(newDriver, "driverGroups"), badArgument),
		add("a driver of security groups", change(newDriver, "driverGroups", `[{"id":"GroupSecurityId"}]`), badArgument),
		add("a licence number alone", with(newDriver, `"licenseNumber":"1"`), badArgument),
		add("a province alone", with(newDriver, `"licenseProvince":"ON"`), badArgument),
		add("an unknown kind of key", with(newDriver, `"keys":[{"serialNumber":"123","driverKeyType":"Card"}]`), badArgument),
		add("a key without a serial number", with(newDriver, `"keys":[{"driverKeyType":"Nfc"}]`), badNull),
		{"the type Driver", "Add", "Driver", newDriver, badMethod},
	}
}

func ruleSetCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "UserHosRuleSet", entity, kind} }
	return []call{
		add("the least", newRuleSet, ""),
		add("no user", without(newRuleSet, "user"), badNull),
		add("an unknown user", change(newRuleSet, "user", `{"id":"b99"}`), badArgument),
		add("a rule set without prefix", change(newRuleSet, "hosRuleSet", `{"id":"America7Day"}`), badArgument),
		add("an unknown rule set", change(newRuleSet, "hosRuleSet", `{"id":"HosRuleSetMars7Day"}`), badArgument),
		add("no time", without(newRuleSet, "dateTime"), badNull),
	}
}
