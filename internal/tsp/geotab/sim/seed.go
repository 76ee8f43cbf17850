package sim

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// The fleet's own groups.
const (
	westGroup = "b2781"
	eastGroup = "b2782"
)

// Seed fills the demo database. It also begins anew what is not stored, because a reset seeds.
func (s *service) Seed(tx *simkit.Tx) error {
	s.begin()
	return errors.Join(seedGroups(tx), seedProperties(tx), seedRuleSets(tx), s.seedDevices(tx), s.seedUsers(tx), s.seedEvents(tx))
}

// sow adds an entity as a caller would, so that the seed keeps all rules.
func (s *service) sow(tx *simkit.Tx, typeName string, o simkit.Object) error {
	if _, err := s.entities[typeName].add(reader{tx: tx}, o); err != nil {
		return fmt.Errorf("seed a %s: %w", typeName, err)
	}
	return nil
}

// seedDevices makes vehicles b1 to b6, the last without hardware, and trailers b7 to b9.
func (s *service) seedDevices(tx *simkit.Tx) error {
	for n, v := range []struct{ vin, serial string }{
		{"1FUJGLDR7CLBP8834", "G9ABC0000101"}, {"1FUJGLDR9CLBP8835", "G9ABC0000102"}, {"1XKYD49X5KJ211456", "G9ABC0000103"},
		{"1XPBD49X8LD664120", "G8ABC0000104"}, {"4V4NC9EH5LN218877", "CX4500000105"}, {"3HSDZAPR4PN340052", ""},
	} {
		number := strconv.Itoa(101 + n)
		if err := s.sow(tx, "Device", since2024(simkit.Object{
			"name": "Truck " + number, "vehicleIdentificationNumber": v.vin, "licensePlate": "8DF1" + number,
			"licenseState": "CA", "serialNumber": v.serial, "groups": refsTo(westGroup, vehicleGroup),
		})); err != nil {
			return err
		}
	}
	for n, vin := range []string{"1UYVS2530GU512301", "1UYVS2530GU512302", "1GRAA0622KW103377"} {
		number := strconv.Itoa(201 + n)
		if err := s.sow(tx, "Device", since2024(simkit.Object{
			"name": "Trailer " + number, "vehicleIdentificationNumber": vin, "licensePlate": "4TR" + number,
			"groups": refsTo(eastGroup, trailerGroup),
		})); err != nil {
			return err
		}
	}
	return nil
}

// since2024 gives what the seed's devices and users have in common.
func since2024(o simkit.Object) simkit.Object {
	o["timeZoneId"], o["activeFrom"] = "America/Los_Angeles", "2024-03-01T00:00:00.000Z"
	return o
}

// seedUsers makes b1 the service account, b2 to b7 drivers (the last historical), b8 to bA as the package says.
func (s *service) seedUsers(tx *simkit.Tx) error {
	if err := s.sowUser(tx, "Waybill Service", everything, simkit.Object{
		"name": "demo-service@waybill.example", "password": "geotab-demo-password",
	}); err != nil {
		return err
	}
	names := []string{"Amir Haddad", "Beatrice Novak", "Carlos Mendoza", "Denise Okafor", "Erik Lindqvist", "Ivan Petrov"}
	for n, name := range names {
		driver := simkit.Object{
			"isDriver": true, "driverGroups": refsTo(westGroup), "viewDriversOwnDataOnly": false,
			"licenseNumber": "D448820" + strconv.Itoa(n), "licenseProvince": "CA", "employeeNo": strconv.Itoa(1001 + n),
			"password": "wheels-and-roads-" + strconv.Itoa(n), "hosRuleSet": "America8Day",
		}
		if n == len(names)-1 {
			driver["activeTo"] = "2026-03-31T00:00:00.000Z"
		}
		if err := s.sowUser(tx, name, driveUser, driver); err != nil {
			return err
		}
	}
	return errors.Join(
		s.sowUser(tx, "Dana Whitfield", supervisor, simkit.Object{
			"password": "geotab-supervisor-password", "designation": "Dispatcher",
		}),
		s.sowUser(tx, "Vera Lindgren", viewOnly, simkit.Object{
			"name": "readonly@waybill.example", "password": "geotab-readonly-password",
		}),
		s.sowUser(tx, "Noel Baptiste", supervisor, simkit.Object{
			"name": "newcomer@waybill.example", "password": "geotab-newcomer-password", "changePassword": true,
		}),
	)
}

func (s *service) sowUser(tx *simkit.Tx, name, security string, o simkit.Object) error {
	first, last, _ := strings.Cut(name, " ")
	user := simkit.Object{
		"name":      strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@demofreight.example",
		"firstName": first, "lastName": last, "companyGroups": refsTo(companyRoot), "securityGroups": refsTo(security),
	}
	maps.Copy(user, o)
	return s.sow(tx, "User", since2024(user))
}

// seedEvents makes the messages b1 to b4 (the third is a driver's answer to the second), who drove which vehicle,
// inspections and purchases of fuel.
func (s *service) seedEvents(tx *simkit.Tx) error {
	for _, m := range []struct{ from, to, parent, words string }{
		{"b8", "b2", "", "Dock 4 is free from 9:30."}, {"b8", "b3", "", "Please call the office."},
		{"b3", "b8", "b2", "Thank you, sorted out."}, {"b8", "b4", "", "Gate 2 is closed today."},
	} {
		message := simkit.Object{
			"recipient": refTo(m.to), "user": refTo(m.from), "isDirectionToVehicle": m.parent == "",
			"messageContent": simkit.Object{"contentType": "Normal", "message": m.words, "urgent": false},
		}
		if m.parent != "" {
			message["parentMessage"] = refTo(m.parent)
		}
		if err := s.sow(tx, "TextMessage", message); err != nil {
			return err
		}
	}
	for n := int64(1); n <= 5; n++ {
		if _, err := tx.Count(counters, driverChanges); err != nil {
			return err
		}
		id := idOf(n)
		o := simkit.Object{
			"id": id, "device": refTo(idOf(n)), "driver": refTo(idOf(n + 1)), "type": "Driver",
			"dateTime": fmt.Sprintf("2026-11-2%dT06:00:00.000Z", n-1),
		}
		o[versionMember] = versionOf(tx.NextSeq())
		if err := tx.Put(driverChanges, id, o); err != nil {
			return err
		}
	}
	return s.seedLogs(tx)
}

// seedLogs makes an inspection without defects and one of a trailer whose defect is repaired, and two purchases, of
// which the second names neither driver nor place. They are of the hours before the start, as imports ask for what is
// new.
func (s *service) seedLogs(tx *simkit.Tx) error {
	before := func(hours float64) string { return stamp(tx.Now().Add(-time.Duration(hours * float64(time.Hour)))) }
	tires := simkit.Object{
		"defect": refTo(idOf(trailerTires)), "repairStatus": "Repaired", "repairUser": refTo("b8"),
		"repairDateTime": before(6), "defectRemarks": []any{simkit.Object{"remark": "Left rear", "user": refTo("b3")}},
	}
	return errors.Join(
		s.sow(tx, "DVIRLog", simkit.Object{
			"device": refTo("b1"), "driver": refTo("b2"), "dateTime": before(8), "logType": "PreTrip",
			"defectList": refTo(idOf(vehicleDefectList)), "isSafeToOperate": true, "odometer": int64(412_000_000),
		}),
		s.sow(tx, "DVIRLog", simkit.Object{
			"device": refTo("b7"), "driver": refTo("b3"), "dateTime": before(7), "logType": "PostTrip",
			"defectList": refTo(idOf(trailerDefectList)), "isSafeToOperate": false, dvirDefects: []any{tires},
			"driverRemark": "Flat tire", "certifiedBy": refTo("b3"), "certifyDate": before(5.5),
			"certifyRemark": "Changed",
		}),
		s.sow(tx, "FuelTransaction", simkit.Object{
			"device": refTo("b1"), "driver": refTo("b2"), "dateTime": before(9), "volume": 412.5, "cost": 640.2,
			"currencyCode": "USD", "productType": "Diesel", "siteName": "Truck Stop 12", "odometer": 412_120.5,
			"location": simkit.Object{"x": -119.77, "y": 36.74}, "externalReference": "card-7001",
		}),
		s.sow(tx, "FuelTransaction", simkit.Object{
			"licencePlate": "8DF1102", "dateTime": before(4), "volume": int64(300), "productType": "Diesel",
			"externalReference": "card-7002",
		}),
	)
}
