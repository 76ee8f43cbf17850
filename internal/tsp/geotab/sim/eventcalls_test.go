package sim_test

func dvirCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "DVIRLog", entity, kind} }
	defects := func(list string) string { return with(newDVIR, `"dVIRDefects":`+list) }
	return []call{
		add("the least", newDVIR, ""),
		add("much", with(newDVIR, `"logType":"PreTrip","isSafeToOperate":false,"certifiedBy":{"id":"b2"},"certifyDate":"2026-11-24T08:00:00.000Z","certifyRemark":"r","driverRemark":"d","odometer":160934.4,"engineHours":3600,"loadHeight":2.5,"authorityName":"a"`), ""),
		add("a trailer", with(change(without(newDVIR, "device"), "defectList", `{"id":"b2800"}`), `"trailer":{"id":"b7"}`), ""),
		add("a trailer as device", change(newDVIR, "device", `{"id":"b7"}`), ""),
		add("a vehicle as trailer", with(without(newDVIR, "device"), `"trailer":{"id":"b1"}`), badArgument),
		add("both", with(newDVIR, `"trailer":{"id":"b7"}`), badArgument),
		add("neither", without(newDVIR, "device"), badArgument),
		add("no driver", without(newDVIR, "driver"), ""),
		add("the unknown driver", change(newDVIR, "driver", `"UnknownDriverId"`), ""),
		add("an unknown id of a driver", change(newDVIR, "driver", `{"id":"b99"}`), badArgument),
		add("no defect list", without(newDVIR, "defectList"), badNull),
		add("a part as defect list", change(newDVIR, "defectList", `{"id":"b278B"}`), badArgument),
		add("a company group as defect list", change(newDVIR, "defectList", `{"id":"b2781"}`), badArgument),
		add("a part and a defect", defects(`[{"defect":{"id":"b278B"},"repairStatus":"NotRepaired","defectRemarks":[{"remark":"brakes","dateTime":"2026-11-24T08:00:00.000Z","user":{"id":"b2"}}]},{"defect":{"id":"b278C"}}]`), ""),
		add("defects as the pages spell them", with(newDVIR, `"dvirDefects":[{"defect":{"id":"b278B"}}]`), ""),
		add("the list as defect", defects(`[{"defect":{"id":"b278A"}}]`), badArgument),
		add("a defect of another list", defects(`[{"defect":{"id":"b2801"}}]`), badArgument),
		add("a repaired defect", defects(`[{"defect":{"id":"b278B"},"repairStatus":"Repaired","repairUser":{"id":"b8"},"repairDateTime":"2026-11-24T09:00:00.000Z"}]`), ""),
		add("a repairer without repair", defects(`[{"defect":{"id":"b278B"},"repairUser":{"id":"b8"}}]`), badArgument),
		add("an unknown repair status", defects(`[{"defect":{"id":"b278B"},"repairStatus":"Open"}]`), badArgument),
		add("an unknown type of log", with(newDVIR, `"logType":"Mechanic"`), badArgument),
		add("an odometer as text", with(newDVIR, `"odometer":"5"`), badCast),
		add("a property that is gone", with(newDVIR, `"isRejected":false`), badMember),
	}
}

func messageCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "TextMessage", entity, kind} }
	content := func(c string) string { return change(newText, "messageContent", c) }
	return []call{
		add("to a user", newText, ""),
		add("to a device", with(without(newText, "recipient"), `"device":{"id":"b1"}`), ""),
		add("to both", with(newText, `"device":{"id":"b1"}`), badArgument),
		add("to nobody", without(newText, "recipient"), badArgument),
		add("to an unknown user", change(newText, "recipient", `{"id":"b99"}`), badArgument),
		add("with a sender and times", with(newText, `"user":{"id":"b8"},"activeFrom":"2026-11-24T08:00:00.000Z","activeTo":"2026-12-24T08:00:00.000Z"`), ""),
		add("with null as sender", with(newText, `"user":null`), ""),
		add("no direction", without(newText, "isDirectionToVehicle"), badNull),
		add("no content", without(newText, "messageContent"), badNull),
		add("no text", content(`{"contentType":"Normal"}`), badArgument),
		add("an empty text", content(`{"contentType":"Normal","message":""}`), badArgument),
		add("no type of content", content(`{"message":"m"}`), badNull),
		add("an unknown type of content", content(`{"contentType":"Text","message":"m"}`), badArgument),
		add("an unknown member of the content", content(`{"contentType":"Normal","message":"m","priority":"high"}`), badMember),
		add("a question", content(`{"contentType":"CannedResponse","message":"ok?","cannedResponseOptions":[{"text":"yes"},{"text":"no"}]}`), ""),
		add("a question without answers", content(`{"contentType":"CannedResponse","message":"ok?"}`), badArgument),
		add("a location", content(`{"contentType":"Location","message":"go","address":"a","latitude":43.5,"longitude":-79}`), ""),
		add("a location without place", content(`{"contentType":"Location","message":"go"}`), badArgument),
		add("256 spoken characters", content(`{"contentType":"GoTalk","message":`+long(256)+`}`), ""),
		add("257 spoken characters", content(`{"contentType":"GoTalk","message":`+long(257)+`}`), badArgument),
		add("a reply", with(newText, `"parentMessage":{"id":"b1"}`), ""),
		add("a second reply", with(newText, `"parentMessage":{"id":"b2"}`), badArgument),
		add("a reply to a reply", with(newText, `"parentMessage":{"id":"b3"}`), badArgument),
		add("a reply to nothing", with(newText, `"parentMessage":{"id":"b99"}`), badArgument),
		add("a state", with(newText, `"delivered":"2026-11-24T08:00:00.000Z"`), badArgument),
		{"who has read it", "Set", "TextMessage", `{"id":"b1","markedReadBy":{"id":"b2"}}`, ""},
	}
}

func fuelCalls() []call {
	add := func(name, entity, kind string) call { return call{name, "Add", "FuelTransaction", entity, kind} }
	return []call{
		add("the least", newFuel, ""),
		add("much", with(newFuel, `"cost":612.4,"currencyCode":"CAD","odometer":160934.4,"productType":"Diesel","location":{"x":-79.4,"y":43.6},"siteName":"s","providerProductDescription":"DIESEL","cardNumber":"*1","comments":"c","description":"d","driverName":"n","licencePlate":"l","vehicleIdentificationNumber":"v","serialNumber":"s","provider":"Unknown","sourceData":"{}"`), ""),
		add("no time", without(newFuel, "dateTime"), badNull),
		add("no volume", without(newFuel, "volume"), badNull),
		add("a volume as text", change(newFuel, "volume", `"5"`), badCast),
		add("a volume below 0", change(newFuel, "volume", `-5`), badRange),
		add("an unknown device", change(newFuel, "device", `{"id":"b99"}`), badArgument),
		add("no device", without(newFuel, "device"), ""),
		add("a currency in small letters", with(newFuel, `"currencyCode":"usd"`), badArgument),
		add("a currency of four letters", with(newFuel, `"currencyCode":"EURO"`), badArgument),
		add("an unknown product", with(newFuel, `"productType":"DIESEL"`), badArgument),
		add("latitude and longitude", with(newFuel, `"location":{"latitude":1,"longitude":2}`), badMember),
		add("a place with its coordinates swapped", with(newFuel, `"location":{"x":43.6,"y":-179.4}`), badArgument),
		add("half a place", with(newFuel, `"location":{"x":43.6}`), badNull),
		add("a reference of 256 characters", change(newFuel, "externalReference", long(256)), badArgument),
		add("comments of 1,024 characters", with(newFuel, `"comments":`+long(1024)), ""),
		add("comments of 1,025 characters", with(newFuel, `"comments":`+long(1025)), badArgument),
		add("a plate in American spelling", with(newFuel, `"licensePlate":"l"`), badMember),
		add("the flag of a guide", with(newFuel, `"sourceFlag":"x"`), badMember),
	}
}

func otherCalls() []call {
	return []call{
		{"a group", "Add", "Group", `{"name":"North"}`, "InvalidApiOperationException"},
		{"a driver change", "Add", "DriverChange", newDriverChange, ""},
		{"one to nobody", "Add", "DriverChange", change(newDriverChange, "driver", `{"id":"UnknownDriverId"}`), ""},
		{"one of a trip", "Add", "DriverChange", change(newDriverChange, "type", `"TripDriver"`), ""},
		{"one by the system", "Add", "DriverChange", change(newDriverChange, "type", `"ResetDriver"`), badArgument},
		{"one to a dispatcher", "Add", "DriverChange", change(newDriverChange, "driver", `{"id":"b8"}`), ""},
		{"one to come", "Add", "DriverChange", change(newDriverChange, "dateTime", `"2049-01-01T00:00:00.000Z"`), badArgument},
		{"one without a time", "Add", "DriverChange", `{"device":{"id":"b1"},"driver":{"id":"b2"}}`, badNull},
		{"another time of one", "Set", "DriverChange", with(newDriverChange, `"id":"b1"`), "InvalidApiOperationException"},
		{"none any more", "Remove", "DriverChange", `{"id":"b1"}`, ""},
		{"an unknown type", "Add", "Vehicle", `{"name":"x"}`, badMethod},
		{"a type in small letters", "Add", "device", newVehicle, badMethod},
		{"no type", "Add", "", newVehicle, badNull},
		{"an unknown id", "Remove", "Device", `{"id":"b99"}`, badArgument},
		{"a vehicle as trailer", "Remove", "Trailer", `{"id":"b1"}`, badArgument},
		{"a device", "Remove", "Device", `{"id":"b1"}`, ""},
		{"a trailer", "Remove", "Trailer", `{"id":"b7"}`, ""},
		{"a user who is named by messages", "Remove", "User", `{"id":"b2"}`, "RelationViolatedException"},
		{"a user who is named by nothing", "Remove", "User", `{"id":"b9"}`, ""},
	}
}
