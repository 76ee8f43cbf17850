package sim_test

import "strings"

func vehicleCalls() []call {
	post, put := method("POST", "/v1/vehicles"), method("PUT", "/v1/vehicles/"+vehicle)
	return []call{
		post("a number", newVehicle, 200),
		post("every member", with(newVehicle, `"status":"inactive","ifta":true,"vin":"1HGBH41JXMN109186","make":"Volvo","model":"VNL","year":"2020","license_plate_state":"CA","license_plate_number":"8DFW001","metric_units":true,"fuel_type":"diesel","group_ids":[41001,41002],"prevent_auto_odometer_entry":true,"eld_device_id":7,"permanent_driver_id":`+driver+`,"driver_facing_camera":1,"incab_audio_recording":0,"company_id":7001,"current_driver":{"id":1},"availability_details":{"availability_status":"out_of_service","out_of_service_reason":"engine","additional_note":"a","custom_driver_app_warning_prompt":"w"},"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]`), 200),
		post("no number", `{"notes":"n"}`, 400),
		post("an empty number", `{"number":""}`, 400),
		post("a number of null", `{"number":null}`, 400),
		post("a number that is one", `{"number":900}`, 400),
		post("a year that is a number", with(newVehicle, `"year":2020`), 400),
		post("a status in capitals", with(newVehicle, `"status":"ACTIVE"`), 400),
		post("an envelope", `{"vehicle":`+newVehicle+`}`, 400),
		post("an unknown field", with(newVehicle, `"licence_plate_number":"X"`), 400),
		post("the misspelt external ids", with(newVehicle, `"external_id_attributes":[]`), 400),
		post("a group as text", with(newVehicle, `"group_ids":["41001"]`), 400),
		post("an unknown group", with(newVehicle, `"group_ids":[5]`), 400),
		post("another company", with(newVehicle, `"company_id":5`), 400),
		post("an admin as permanent driver", with(newVehicle, `"permanent_driver_id":`+admin), 400),
		post("an unknown availability", with(newVehicle, `"availability_details":{"availability_status":"in_repair"}`), 400),
		post("an external id of others", with(newVehicle, `"external_ids_attributes":[{"external_id":"V-101","integration_name":"demo_tms"}]`), 400),
		post("an external id without integration", with(newVehicle, `"external_ids_attributes":[{"external_id":"9"}]`), 400),
		post("an external id that is a number", with(newVehicle, `"external_ids_attributes":[{"external_id":9,"integration_name":"tms"}]`), 400),
		post("the same external id twice", with(newVehicle, `"external_ids_attributes":[{"external_id":"9","integration_name":"tms"},{"external_id":"9","integration_name":"tms"}]`), 400),
		post("a name twice", `{"number":"a","number":"b"}`, 400),
		post("rubbish behind the body", newVehicle+`x`, 400),
		post("a list", `[]`, 400),
		post("no JSON", `number=a`, 400),
		post("no body", ``, 400),
		post("a body too large", `{"number":"`+strings.Repeat("a", 1<<20)+`"}`, 413),
		put("nothing", `{}`, 200),
		put("one member", `{"notes":"new tyres"}`, 200),
		put("nulls", `{"vin":null,"make":null,"model":null,"year":null,"notes":null,"license_plate_number":null,"license_plate_state":null,"permanent_driver_id":null}`, 200),
		put("a device", `{"eld_device":{"id":7,"identifier":"AABL36","model":"lbb-3"}}`, 200),
		put("its external id changed", `{"external_ids_attributes":[{"id":310001,"external_id":"V-1","integration_name":"demo_tms"}]}`, 200),
		put("its external id changed, with its id as text", `{"external_ids_attributes":[{"id":"310001","external_id":"V-1","integration_name":"demo_tms"}]}`, 200),
		put("its own external id again", `{"external_ids_attributes":[{"external_id":"V-101","integration_name":"demo_tms"}]}`, 400),
		put("the external id of a driver", `{"external_ids_attributes":[{"id":310002,"external_id":"V-1","integration_name":"demo_tms"}]}`, 404),
		{"an unknown vehicle", "PUT", "/v1/vehicles/5", `{}`, 404, ""},
	}
}

func assetCalls() []call {
	post, put := method("POST", "/v1/assets"), method("PUT", "/v1/assets/"+asset)
	list := []call{
		post("the least", newAsset, 200),
		post("every member", with(newAsset, `"custom_type":"pup","status":"active","vin":"1UYVS2530GU512399","license_plate_state":"CA","license_plate_number":"4TR","axle":2,"length":53,"gvwr":30000.5,"gawr":null,"length_metric_units":false,"weight_metric_units":true,"leased":null,"asset_gateway_id":5,"group_ids":[41002],"availability_details":{"availability_status":"in_service"},"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]`), 200),
		post("a type that no source names", strings.Replace(newAsset, "dry_box", "dry_van", 1), 400),
		post("a year that is a number", strings.Replace(newAsset, `"2016"`, `2016`, 1), 400),
		post("an axle with a fraction", with(newAsset, `"axle":2.5`), 400),
		post("a length as text", with(newAsset, `"length":"53"`), 400),
		post("an unknown field", with(newAsset, `"number":"a"`), 400),
		post("an unknown group", with(newAsset, `"group_ids":[5]`), 400),
		put("one member", `{"status":"deactivated"}`, 200),
		put("an external id", `{"external_ids_attributes":[{"external_id":"A-1","integration_name":"tms"}]}`, 200),
		put("the external id of the user with its number", `{"external_ids_attributes":[{"id":310002,"external_id":"D-2","integration_name":"demo_tms"}]}`, 404),
		put("a name of null", `{"name":null}`, 400),
		{"an unknown asset", "PUT", "/v1/assets/5", `{}`, 404, ""},
	}
	for _, name := range []string{"name", "type", "make", "model", "year"} {
		list = append(list, post("no "+name, `{`+strings.TrimPrefix(without(newAsset, name), "{"), 400))
	}
	return list
}

func userCreates() []call {
	post := method("POST", "/v1/users")
	office := `{"role":"fleet_user","first_name":"Al","last_name":"Roe","email":"al@example.com"}`
	return []call{
		post("a driver", newDriver, 200),
		post("a fleet user", office, 200),
		post("an admin", strings.Replace(office, "fleet_user", "admin", 1), 200),
		post("much", with(newDriver, `"email":"jo@example.com","phone_country_code":"+1","phone_ext":"5","time_zone":"Arizona","metric_units":true,"status":"deactivated","carrier_name":"A","terminal_zip":"94107","violation_alerts":"15_minutes","cycle":"60_7","cycle2":"70_8_2020","eld_mode":"exempt","time_tracking_mode":"timecards","driver_company_id":"D-9","company_reference_id":"c","dot_id":"98231","drivers_license_number":"E1","drivers_license_state":"CA","group_ids":[41001],"group_visibility":"all","custom_user_role":{"id":1},"yard_moves_enabled":true,"personal_conveyance_enabled":true,"exception_adverse_driving":true,"external_ids_attributes":[{"external_id":"9","integration_name":"tms"}]`), 200),
		post("no role", without(newDriver, "role"), 400),
		post("no first name", without(newDriver, "first_name"), 400),
		post("no last name", without(newDriver, "last_name"), 400),
		post("neither email nor username", without(newDriver, "username"), 400),
		post("a username without password", without(newDriver, "password"), 400),
		post("an unknown role", strings.Replace(newDriver, "driver", "owner", 1), 400),
		post("a username in use", strings.Replace(newDriver, "jo.doe", "Amir.Haddad", 1), 400),
		post("an email in use, in capitals", strings.Replace(office, "al@example.com", "AMIR.HADDAD@demofreight.example", 1), 400),
		post("an email that is none", strings.Replace(office, "al@example.com", "al", 1), 400),
		post("a time zone of the IANA", with(newDriver, `"time_zone":"America/Denver"`), 400),
		post("timecards with logs", with(newDriver, `"time_tracking_mode":"timecards","eld_mode":"logs"`), 400),
		post("logs with exempt", with(newDriver, `"time_tracking_mode":"logs","eld_mode":"exempt"`), 400),
		post("exempt alone", with(newDriver, `"eld_mode":"exempt"`), 400),
		post("not required with none", with(newDriver, `"time_tracking_mode":"not_required","eld_mode":"none"`), 400),
		post("not required with exempt", with(newDriver, `"time_tracking_mode":"not_required","eld_mode":"exempt"`), 200),
		post("logs with none", with(newDriver, `"eld_mode":"none"`), 200),
		post("alerts after an hour", with(newDriver, `"violation_alerts":"60_minutes"`), 400),
		post("a cycle in prose", with(newDriver, `"cycle":"USA 70/8"`), 400),
		post("a flag as text", with(newDriver, `"yard_moves_enabled":"true"`), 400),
		post("an unknown field", with(newDriver, `"license_number":"E1"`), 400),
		post("an unknown group", with(newDriver, `"group_ids":[5]`), 400),
	}
}

func userUpdates() []call {
	put := method("PUT", "/v1/users/"+driver)
	return []call{
		put("deactivation", `{"status":"deactivated"}`, 200),
		put("no email and no phone", `{"email":null,"phone":null}`, 200),
		put("a pair of modes", `{"eld_mode":"exempt","time_tracking_mode":"not_required"}`, 200),
		put("half a pair of modes", `{"time_tracking_mode":"timecards"}`, 400),
		put("another role", `{"role":"fleet_user"}`, 200),
		put("no login left", `{"email":null,"username":null}`, 400),
		put("a username in use", `{"username":"beatrice.novak"}`, 400),
		put("its own username", `{"username":"amir.haddad"}`, 200),
		put("a status of vehicles", `{"status":"inactive"}`, 400),
		{"an unknown user", "PUT", "/v1/users/5", `{}`, 404, ""},
	}
}
