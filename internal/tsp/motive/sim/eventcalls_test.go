package sim_test

import "strings"

func messageCalls() []call {
	v1, v2 := method("POST", "/v1/messages"), method("POST", "/v2/messages")
	one := `{"recipient_id":` + driver + `,"body":"hello"}`
	several := `{"sender_id":` + admin + `,"receiver_ids":[520001,520002],"body":"hello"}`
	return []call{
		v1("to one user", one, 200).by(admin),
		v1("with a status", with(one, `"status":"read"`), 200).by(admin),
		v1("without a sender", one, 400),
		v1("from an unknown sender", one, 400).by("5"),
		v1("without text", `{"recipient_id":520001}`, 400).by(admin),
		v1("to an unknown user", `{"recipient_id":5,"body":"a"}`, 400).by(admin),
		v1("to a user as text", `{"recipient_id":"520001","body":"a"}`, 400).by(admin),
		v2("to several users", several, 200),
		v2("to one user in the singular", `{"sender_id":520008,"receiver_id":520001,"body":"hello"}`, 200),
		v2("on behalf of another", several, 200).by(dispatcher),
		v2("to nobody", strings.Replace(several, "520001,520002", "", 1), 400),
		v2("to no one at all", without(several, "receiver_ids"), 400),
		v2("in both ways", with(several, `"receiver_id":520001`), 400),
		v2("without a sender", without(several, "sender_id"), 400),
		v2("an empty text", strings.Replace(several, "hello", "", 1), 400),
		v2("users as texts", strings.Replace(several, "520001,520002", `"520001"`, 1), 400),
		v2("from an unknown user", strings.Replace(several, admin, "5", 1), 400),
		v2("to an unknown user", strings.Replace(several, "520002", "5", 1), 400),
		v2("the names of version 1", `{"sender_id":520008,"recipient_ids":[520001],"body":"a"}`, 400),
	}
}

func fuelCalls() []call {
	post, put := method("POST", "/v1/fuel_purchases"), method("PUT", "/v1/fuel_purchases/"+purchase)
	change := func(name, value string) string { return with(without(newFuel, name), `"`+name+`":`+value) }
	list := []call{
		post("the least", newFuel, 200),
		post("every member", with(newFuel, `"total_cost":"48.20","currency":"CAD","vendor":"Shell","odometer":5,"odometer_unit":"KM","location":"Reno","receipt":["aGk="]`), 200),
		post("a quantity as text", change("fuel", `"12.5"`), 200),
		post("a time with a zone", change("purchased_at", `"2026-11-24T10:15:00-07:00"`), 200),
		post("a time that is none", change("purchased_at", `"24.11.2026"`), 400),
		post("a quantity of 0", change("fuel", `0`), 400),
		post("a quantity in words", change("fuel", `"much"`), 400),
		post("litres spelt out", change("fuel_unit", `"liter"`), 400),
		post("a jurisdiction of three letters", change("jurisdiction", `"CAL"`), 400),
		post("a jurisdiction in small letters", change("jurisdiction", `"al"`), 400),
		post("a jurisdiction that is none", change("jurisdiction", `"XX"`), 400),
		post("a fuel type in capitals", change("fuel_type", `"DIESEL"`), 400),
		post("an unknown vehicle", change("vehicle_id", `5`), 400),
		post("a vehicle as text", change("vehicle_id", `"1800001"`), 400),
		post("an admin as driver", change("driver_id", admin), 400),
		post("a currency of others", with(newFuel, `"currency":"MXN"`), 400),
		post("a cost under 0", with(newFuel, `"total_cost":-1`), 400),
		post("an odometer with a fraction", with(newFuel, `"odometer":1.5`), 400),
		post("an odometer in miles", with(newFuel, `"odometer":1,"odometer_unit":"miles"`), 400),
		post("a vendor of null", with(newFuel, `"vendor":null`), 400),
		post("an unknown field", with(newFuel, `"gallons":5`), 400),
		put("one member", `{"vendor":"Shell"}`, 200),
		put("all members", newFuel, 200),
		put("an unknown driver", `{"driver_id":5}`, 400),
		{"an unknown purchase", "PUT", "/v1/fuel_purchases/5", `{}`, 404, ""},
		{"an unknown purchase", "GET", "/v1/fuel_purchases/5", "", 404, ""},
		{"removal", "DELETE", "/v1/fuel_purchases/" + purchase, "", 204, ""},
		{"removal of an unknown purchase", "DELETE", "/v1/fuel_purchases/5", "", 404, ""},
	}
	for _, name := range []string{"vehicle_id", "driver_id", "purchased_at", "jurisdiction", "fuel_type", "fuel", "fuel_unit"} {
		list = append(list, post("no "+name, without(newFuel, name), 400))
	}
	return list
}

func inspectionCalls() []call {
	put := method("PUT", "/v2/inspection_reports/"+report)
	return []call{
		put("corrected", `{"status":"corrected"}`, 200),
		put("an external id", `{"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]}`, 200),
		put("a part repaired", `{"defect_statuses":{"status":"repaired","mechanic_note":"n","mechanic_id":5,"mechanic_name":"M","mechanic_signed_at":"2023-10-09T00:00:00-05:00","resolved_defects":[4311]}}`, 200),
		put("a part of another report", `{"defect_statuses":{"status":"repaired","resolved_defects":[1]}}`, 400),
		put("an unknown state", `{"status":"safe"}`, 400),
		put("an unknown field", `{"odometer":5}`, 400),
		{"with a time", "PUT", "/v2/inspection_reports/" + report + "?time=2026-11-24T12:00:00Z", `{"status":"corrected"}`, 200, ""},
		{"an unknown report", "PUT", "/v2/inspection_reports/5", `{}`, 404, ""},
		{"a new report", "POST", "/v2/inspection_reports", `{"status":"corrected"}`, 404, ""},
	}
}
