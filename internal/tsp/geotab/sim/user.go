package sim

import (
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// userEntity is User; drivers are users with isDriver.
func userEntity() *entity {
	return &entity{
		name: "User", collection: users, properties: userProperties(),
		required: []string{"name", "firstName", "lastName"},
		search: filters{
			"id": byID(), "name": byText("name"), "firstName": byText("firstName"), "lastName": byText("lastName"),
			"isDriver": byFlag("isDriver"), "companyGroups": byGroups("companyGroups"),
			"driverGroups": byGroups("driverGroups"), "securityGroups": byGroups("securityGroups"),
			"fromDate": notBefore("activeTo"), "toDate": notAfter("activeFrom"),
			"keywords": byKeywords("name", "firstName", "lastName", "comment", "employeeNo", "designation"),
		},
		sorts: map[string]string{"id": "id", "name": "name"},
		rates: map[string]int{"Add": 250},
		writing: &writing{
			begin: newUser, settle: settleUser, dropped: dropUser,
			keys: func(o simkit.Object) []string { return []string{userKey(simkit.Text(o, "name"))} },
			kept: func(tx *simkit.Tx, id string, given simkit.Object) error {
				if password := simkit.Text(given, "password"); password != "" {
					return keepPassword(tx, id, password)
				}
				return nil
			},
		},
		show: showUser,
	}
}

func userProperties() properties {
	name, short, free := property{most: 255}, property{most: 50}, property{}
	flag, any, moment := property{kind: flagKind}, property{kind: anyKind}, property{kind: momentKind}
	driverKey := properties{
		"id": {}, "serialNumber": {most: 255}, "driverKeyType": {values: []string{"Usb", "Nfc", "CustomNfc"}},
	}
	p := properties{
		"name": name, "firstName": name, "lastName": name, "password": {unkept: true}, "changePassword": flag,
		"sendWelcomeEmail":       {kind: flagKind, unkept: true},
		"userAuthenticationType": {values: []string{"BasicAuthentication", "MyAdmin", "SAML"}},
		"companyGroups":          groupRefs(), "securityGroups": groupRefs(), "driverGroups": groupRefs(),
		"reportGroups": groupRefs(), "privateUserGroups": groupRefs(), "isDriver": flag, "viewDriversOwnDataOnly": flag,
		"keys":          {kind: listKind, members: driverKey, needs: []string{"serialNumber"}},
		"licenseNumber": name, "licenseProvince": name, "employeeNo": short, "designation": short,
		"phoneNumber": {most: 20}, "phoneNumberExtension": {most: 5}, "countryCode": {most: 2, check: isCountry},
		"carrierNumber": name, "authorityName": name, "authorityAddress": name, "companyName": name, "companyAddress": name,
		"comment": {most: 1024}, "timeZoneId": {check: isTimeZone}, "isYardMoveEnabled": flag,
		"isPersonalConveyanceEnabled": flag, "isAdverseDrivingEnabled": flag, "isExemptHOSEnabled": flag,
		"maxPCDistancePerDay": {kind: numberKind}, "hosRuleSet": {check: isRuleSetName},
		"activeFrom": moment, "activeTo": moment, "lastAccessDate": {kind: momentKind, fixed: true},
	}
	for _, one := range []string{
		"language", "dateFormat", "defaultPage", "firstDayOfWeek", "fuelEconomyUnit", "electricEnergyEconomyUnit",
		"displayCurrency", "zoneDisplayMode", "featurePreview",
	} {
		p[one] = free
	}
	for _, one := range []string{"isMetric", "isLabsEnabled", "isNewsEnabled", "isEULAAccepted", "isEmailReportEnabled"} {
		p[one] = flag
	}
	for _, one := range []string{"mapViews", "mediaFiles", "cannedResponseOptions", "acceptedEULA"} {
		p[one] = any
	}
	return p
}

// isCountry checks the form only: recorded codes are in small letters.
func isCountry(v any) string {
	s, _ := v.(string)
	letters := strings.ContainsFunc(strings.ToUpper(s), func(r rune) bool { return r < 'A' || r > 'Z' })
	if s != "" && (len(s) != 2 || letters) {
		return "must be a country code of two letters"
	}
	return ""
}

// newUser holds the documented defaults. isAdverseDrivingEnabled has the default of the newest page; older ones say
// false.
func newUser(tx *simkit.Tx) simkit.Object {
	o := simkit.Object{
		"changePassword": false, "userAuthenticationType": basicAuthentication, "isDriver": false,
		"isYardMoveEnabled": false, "isPersonalConveyanceEnabled": false, "isAdverseDrivingEnabled": true,
		"isExemptHOSEnabled": false, "maxPCDistancePerDay": int64(0), "hosRuleSet": "None",
		"activeFrom": stamp(tx.Now()), "activeTo": forever, "timeZoneId": "America/New_York",
		"language": "en", "dateFormat": "MM/dd/yy HH:mm:ss", "defaultPage": "dashboard", "isMetric": true,
		"reportGroups": []any{}, "privateUserGroups": []any{},
	}
	for _, name := range []string{
		"employeeNo", "designation", "phoneNumber", "phoneNumberExtension", "countryCode", "carrierNumber",
		"authorityName", "authorityAddress", "companyName", "companyAddress", "comment",
	} {
		o[name] = ""
	}
	return o
}

// showUser adds the rule set in force.
func showUser(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := maps.Clone(i.Object)
	if name := ruleSetInForce(tx, i.ID); name != "" {
		o["hosRuleSet"] = name
	}
	return o
}

// userNamed finds a user by the name to log in with.
func userNamed(tx *simkit.Tx, name string) (*simkit.Item, bool) {
	_, id, ok := tx.Owner(userKey(name))
	if !ok {
		return nil, false
	}
	return tx.Get(users, id)
}

func userKey(name string) string { return "name " + strings.ToLower(name) }

// dropUser refuses to remove a user that logs or messages name, and removes the user's rule sets.
func dropUser(tx *simkit.Tx, i *simkit.Item) error {
	for _, collection := range []string{dvirLogs, textMessages, fuels, driverChanges} {
		for _, data := range tx.Items(collection) {
			for _, name := range []string{"driver", "user", "recipient"} {
				if idIn(data.Object[name]) == i.ID {
					return throw(typeRelation, "The user is still referenced")
				}
			}
		}
	}
	for _, data := range slices.Clone(tx.Items(userRuleSets)) {
		if idIn(data.Object["user"]) == i.ID {
			tx.Delete(userRuleSets, data.ID)
		}
	}
	tx.Delete(passwords, i.ID)
	return nil
}
