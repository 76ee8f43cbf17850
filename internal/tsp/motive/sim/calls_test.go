package sim_test

import "strings"

// call is one request to a freshly seeded simulator and the status that it gets. The sender of messages is a header.
type call struct {
	name   string
	method string
	path   string
	body   string
	status int
	user   string
}

func (c call) headers() []string {
	headers := []string{"Content-Type", "application/json"}
	if c.user != "" {
		headers = append(headers, "X-User-Id", c.user)
	}
	return headers
}

// by is the call on behalf of a user.
func (c call) by(user string) call {
	c.user = user
	return c
}

// with puts members into a JSON object that has others already.
func with(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// without takes a member out of one of the objects below; it may be no object and not the last one.
func without(object, name string) string {
	start := strings.Index(object, `"`+name+`"`)
	return object[:start] + object[start+strings.Index(object[start:], `,"`)+1:]
}

// The smallest accepted bodies, each with one more member at its end.
const (
	newVehicle = `{"number":"T-900","notes":null}`
	newAsset   = `{"name":"Trailer 9","type":"dry_box","make":"Utility","model":"3000R","year":"2016","notes":"n"}`
	newDriver  = `{"role":"driver","first_name":"Jo","last_name":"Doe","username":"jo.doe","password":"secret","phone":null}`
	newFuel    = `{"vehicle_id":` + vehicle + `,"driver_id":` + driver + `,"purchased_at":"2026-11-24","jurisdiction":"AL","fuel_type":"diesel","fuel":12,"fuel_unit":"gal","ref_no":"01930f2e"}`
)

func calls() []call {
	lists := [][]call{readCalls(), filterCalls(), vehicleCalls(), assetCalls(), userCreates(), userUpdates(),
		externalIDCalls(), messageCalls(), fuelCalls(), inspectionCalls()}
	var all []call
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// method makes calls of one method and path.
func method(method, path string) func(name, body string, status int) call {
	return func(name, body string, status int) call { return call{name, method, path, body, status, ""} }
}

func get(name, path string, status int) call { return call{name, "GET", path, "", status, ""} }

func readCalls() []call {
	return []call{
		get("the company", "/v1/companies", 200),
		get("the groups", "/v1/groups?per_page=1", 200),
		get("all vehicles", "/v1/vehicles", 200),
		get("a page of vehicles", "/v1/vehicles?page_no=2&per_page=4", 200),
		get("a page past the end", "/v1/vehicles?page_no=9", 200),
		get("a vehicle", "/v1/vehicles/"+vehicle, 200),
		get("an unknown vehicle", "/v1/vehicles/5", 404),
		get("a vehicle by its external id", "/v1/vehicles/lookup_by_external_id?external_id=V-101&integration_name=demo_tms", 200),
		get("an external id of others", "/v1/vehicles/lookup_by_external_id?external_id=D-1&integration_name=demo_tms", 404),
		get("an unknown external id", "/v1/vehicles/lookup_by_external_id?external_id=V-101&integration_name=x", 404),
		get("a vehicle by its number", "/v1/vehicles/lookup?number=101", 200),
		get("all assets", "/v1/assets", 200),
		get("an asset", "/v1/assets/"+asset, 200),
		get("an asset by the external id of the user with its number", "/v1/assets/lookup_by_external_id?external_id=D-1&integration_name=demo_tms", 404),
		get("an asset by an unknown external id", "/v1/assets/lookup_by_external_id?external_id=a&integration_name=b", 404),
		get("all users", "/v1/users?per_page=100", 200),
		get("a driver", "/v1/users/"+driver, 200),
		get("an admin", "/v1/users/"+admin, 200),
		get("a driver by its external id", "/v1/users/lookup_by_external_id?external_id=D-1&integration_name=demo_tms", 200),
		get("a user by its username", "/v1/users/lookup?username=amir.haddad", 200),
		get("a user by an unknown email", "/v1/users/lookup?email=a@example.com", 404),
		get("fuel purchases", "/v1/fuel_purchases", 200),
		get("a fuel purchase", "/v1/fuel_purchases/"+purchase, 200),
		get("messages of a sender", "/v1/messages?min_updated_at=2017-05-10T21:02:31", 200).by(admin),
		get("inspection reports", "/v2/inspection_reports", 200),
		get("inspection reports, first version", "/v1/inspection_reports", 200),
	}
}

func filterCalls() []call {
	return []call{
		get("assets by name", "/v1/assets?name=trailer&status=active", 200),
		get("assets by exact name", "/v1/assets?name=Trailer%20201&exact_match=true", 200),
		get("a word for exact_match", "/v1/assets?exact_match=yes", 400),
		get("drivers", "/v1/users?role=driver", 200),
		get("an unknown role", "/v1/users?role=owner", 400),
		get("a look-up of nothing", "/v1/users/lookup", 400),
		get("a look-up without integration", "/v1/users/lookup_by_external_id?external_id=D-1", 400),
		get("a look-up without number", "/v1/vehicles/lookup", 400),
		get("a page of 101", "/v1/vehicles?per_page=101", 400),
		get("a page of 0", "/v1/vehicles?per_page=0", 400),
		get("page 0", "/v1/vehicles?page_no=0", 400),
		get("a page that is no number", "/v1/vehicles?page_no=x", 400),
		get("an unknown parameter", "/v1/vehicles?limit=10", 400),
		get("messages of nobody", "/v1/messages", 400),
		get("messages of an unknown user", "/v1/messages", 400).by("5"),
		get("messages of a name", "/v1/messages", 400).by("amir"),
		get("messages since a word", "/v1/messages?min_updated_at=yesterday", 400).by(admin),
		get("purchases of some days", "/v1/fuel_purchases?start_date=2026-01-01&end_date=2026-12-31&vehicle_type=ifta&source=api", 200),
		get("purchases by value", "/v1/fuel_purchases?fuel_type=diesel&vehicle_ids=1800001,1800002&jurisdictions=CA", 200),
		get("purchases since a time", "/v1/fuel_purchases?start_date=2026-01-01T00:00:00Z", 400),
		get("purchases of trucks", "/v1/fuel_purchases?vehicle_type=truck", 400),
		get("reports of a driver", "/v2/inspection_reports?driver_ids=520001&vehicle_ids=1800001&status=with_defects", 200),
		get("reports updated since", "/v2/inspection_reports?updated_after=2026-01-01&start_date=2026-01-01", 200),
		get("reports in an unknown state", "/v2/inspection_reports?status=open", 400),
	}
}

func externalIDCalls() []call {
	post, put := method("POST", "/v1/external_ids"), method("PUT", "/v1/external_ids/"+externalID)
	query := method("POST", "/v1/external_ids?external_id=9&integration_name=tms&external_id_holder_id="+vehicle+"&external_id_holder_type=Vehicle")
	body := `{"external_id":"9","integration_name":"tms","external_id_holder_id":` + west + `,"external_id_holder_type":"Group"}`
	return []call{
		post("for a group", body, 200),
		query("in the query", "", 200),
		post("of a pair in use", `{"external_id":"V-101","integration_name":"demo_tms","external_id_holder_id":`+asset+`,"external_id_holder_type":"Asset"}`, 400),
		post("without integration", without(body, "integration_name"), 400),
		post("for an unknown holder", strings.Replace(body, west, "5", 1), 400),
		post("for a type of holder that there is not", strings.Replace(body, "Group", "group", 1), 400),
		put("another value", `{"external_id":"V-1"}`, 200),
		put("the value of another record", `{"external_id":"D-1"}`, 400),
		put("another holder", `{"external_id_holder_id":5}`, 400),
		{"an unknown record", "PUT", "/v1/external_ids/5", `{}`, 404, ""},
		{"removal", "DELETE", "/v1/external_ids/" + externalID, "", 204, ""},
		{"removal of an unknown record", "DELETE", "/v1/external_ids/5", "", 404, ""},
	}
}
