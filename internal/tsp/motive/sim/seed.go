package sim

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Seed fills the demo company. Ids: vehicles 1800001 to 1800006, assets 520001 to 520004, users 520001 to 520008 (six
// drivers, of whom 520006 is deactivated, the fleet user 520007 and the admin 520008), groups 41001 and 41002, fuel
// purchases 660001 and 660002, the inspection report 770001 of vehicle 1800001 with the parts 4311 to 4313, of which the
// last is good, and 770002 of asset 520001 with the good part 4314. The external ids 310001 and 310002 belong to vehicle
// 1800001 (V-101 of demo_tms) and driver 520001 (D-1 of demo_tms).
func (s *service) Seed(tx *simkit.Tx) error {
	return errors.Join(seedCompany(tx), seedVehicles(tx), seedAssets(tx), seedUsers(tx), seedExternalIDs(tx),
		seedMessages(tx), seedFuel(tx), seedInspections(tx))
}

func seedCompany(tx *simkit.Tx) error {
	company := simkit.Object{
		"id": int64(companyID), "company_id": "DEMO-7001", "name": "Demo Freight", "street": "1 De Haro St",
		"city": "San Francisco", "state": "CA", "zip": "94107", "dot_ids": []any{"98231"}, "cycle": "70_8",
		"time_zone": "Pacific Time (US & Canada)", "exception_24_hour_restart": false, "exception_8_hour_break": false,
		"exception_wait_time": false, "exception_short_haul": false, "exception_ca_farm_school_bus": false,
		"exception_adverse_driving": false, "metric_units": false,
	}
	errs := []error{tx.Put(companies, idText(companyID), company)}
	for n, name := range []string{"West", "East"} {
		id := int64(groupIDs + n + 1)
		o := simkit.Object{"id": id, "company_id": int64(companyID), "name": name, "parent_id": nil}
		errs = append(errs, tx.Put(groups, idText(id), o))
	}
	return errors.Join(errs...)
}

// seedOne stores one object of a class that has times.
func seedOne(tx *simkit.Tx, collection string, o simkit.Object, keys ...string) error {
	o["created_at"], o["updated_at"] = timestamp(tx.Now()), timestamp(tx.Now())
	return tx.Put(collection, idText(simkit.Int(o, "id")), o, keys...)
}

func seedVehicles(tx *simkit.Tx) error {
	var errs []error
	for n, v := range []struct{ vin, brand, model, year string }{
		{"1FUJGLDR7CLBP8834", "Freightliner", "Cascadia", "2012"},
		{"1FUJGLDR9CLBP8835", "Freightliner", "Cascadia", "2012"},
		{"1XKYD49X5KJ211456", "Kenworth", "T680", "2019"},
		{"1XPBD49X8LD664120", "Peterbilt", "579", "2020"},
		{"4V4NC9EH5LN218877", "Volvo", "VNL", "2020"},
		{"3HSDZAPR4PN340052", "International", "LT", "2023"},
	} {
		number := strconv.Itoa(101 + n)
		errs = append(errs, seedOne(tx, vehicles, merge(newVehicle(tx), simkit.Object{
			"id":     int64(vehicleIDs + n + 1),
			"number": number, "vin": v.vin, "make": v.brand, "model": v.model, "year": v.year, "ifta": n < 4,
			"license_plate_state": "CA", "license_plate_number": "8DF1" + number, "license_plate_country_code": "US",
			"fuel_type": "diesel", "group_ids": []any{int64(groupIDs + 1)},
		})))
	}
	return errors.Join(errs...)
}

func seedAssets(tx *simkit.Tx) error {
	var errs []error
	for n, kind := range []string{"dry_box", "flatbed", "low_boy", "dry_box"} {
		errs = append(errs, seedOne(tx, assets, merge(newAsset(tx), simkit.Object{
			"id":   int64(assetIDs + n + 1),
			"name": "Trailer " + strconv.Itoa(201+n), "type": kind, "make": "Utility", "model": "3000R", "year": "2016",
			"vin": "1UYVS2530GU51230" + strconv.Itoa(n+1), "group_ids": []any{int64(groupIDs + 2)},
		})))
	}
	return errors.Join(errs...)
}

func seedUsers(tx *simkit.Tx) error {
	var errs []error
	for n, name := range []string{
		"Amir Haddad", "Beatrice Novak", "Carlos Mendoza", "Denise Okafor", "Erik Lindqvist", "Fatima Rahman",
		"Dana Whitfield", "Miguel Ortega",
	} {
		first, last, _ := strings.Cut(name, " ")
		login := strings.ToLower(first + "." + last)
		o := merge(newUser(tx), simkit.Object{
			"id":         int64(userIDs + n + 1),
			"first_name": first, "last_name": last, "username": login, "email": login + "@demofreight.example",
			"phone": "415555010" + strconv.Itoa(n), "phone_country_code": "+1", "role": roleDriver,
		})
		switch {
		case n == 6:
			o["role"] = "fleet_user"
		case n == 7:
			o["role"] = "admin"
		default:
			o["driver_company_id"] = "D-" + strconv.Itoa(n+1)
			o["drivers_license_state"], o["drivers_license_number"] = "CA", "D448820"+strconv.Itoa(n)
			o["group_ids"] = []any{int64(groupIDs + 1 + n%2)}
		}
		if n == 5 {
			o["status"] = "deactivated"
		}
		errs = append(errs, seedOne(tx, users, o, loginKeys(o)...))
	}
	return errors.Join(errs...)
}

func seedExternalIDs(tx *simkit.Tx) error {
	record := func(external, holder string, id int64) simkit.Object {
		return simkit.Object{
			"external_id": external, "integration_name": "demo_tms", "external_id_holder_id": id,
			"external_id_holder_type": holder,
		}
	}
	return errors.Join(
		putExternalID(tx, externalIDIDs+1, record("V-101", holdsVehicle, vehicleIDs+1)),
		putExternalID(tx, externalIDIDs+2, record("D-1", holdsUser, userIDs+1)),
	)
}

// seedMessages sends one message of the admin to one driver, one to two drivers, and one of the fleet user.
func seedMessages(tx *simkit.Tx) error {
	_, one := sendMessage(tx, userIDs+8, []int64{userIDs + 1}, "Call the yard before you arrive")
	_, two := sendMessage(tx, userIDs+8, []int64{userIDs + 1, userIDs + 2}, "Snow on I-80 tonight")
	_, three := sendMessage(tx, userIDs+7, []int64{userIDs + 3}, "Dock 4 is free")
	return errors.Join(one, two, three)
}

func seedFuel(tx *simkit.Tx) error {
	var errs []error
	for n, vendor := range []string{"Pilot", "Flying J"} {
		errs = append(errs, seedOne(tx, fuel, simkit.Object{
			"id":         int64(fuelIDs + n + 1),
			"vehicle_id": int64(vehicleIDs + n + 1), "driver_id": int64(userIDs + n + 1),
			"purchased_at": timestamp(tx.Now().Add(-time.Duration(n+1) * 24 * time.Hour)), "jurisdiction": "CA",
			"fuel_type": "diesel", "fuel": 120.5, "fuel_unit": "gal", "total_cost": 480.25, "currency": "USD",
			"ref_no": "R-" + strconv.Itoa(n+1), "vendor": vendor, "odometer": int64(210000 + n), "odometer_unit": "MI",
		}))
	}
	return errors.Join(errs...)
}
