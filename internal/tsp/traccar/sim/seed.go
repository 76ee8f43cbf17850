package sim

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Seed fills the demo server. Groups: 1 West, 2 East (inside West). Users: 1 to 3, as the package comment says.
// Devices, with what a message to them meets:
//
//	1 and 2   vehicles, connected watches: sent (200)
//	3         vehicle, a watch that is offline: queued (202)
//	4         vehicle, reports over HTTP: queued (202)
//	5         vehicle, a connected tracker that takes no messages: 400
//	6 and 7   trailers that never reported: queued (202)
//
// Drivers 1 to 5 are linked to the devices 1 to 5, driver 6 to none.
func (s *service) Seed(tx *simkit.Tx) error {
	return errors.Join(seedGroups(tx), seedUsers(tx), seedDevices(tx), seedDrivers(tx))
}

// seedOne creates an object of a class and links it to the administrator.
func seedOne(tx *simkit.Tx, cl class, body simkit.Object) (simkit.Object, error) {
	o, err := cl.read(body)
	if err != nil {
		return nil, err
	}
	if err := cl.create(tx, o); err != nil {
		return nil, err
	}
	if cl.collection != users {
		tx.Add(permissions, simkit.Object{"userId": int64(1), cl.link: o["id"]})
	}
	return o, nil
}

func seedGroups(tx *simkit.Tx) error {
	var errs []error
	for n, name := range []string{"West", "East"} {
		id, err := tx.Count(lastIDs, groups)
		o := simkit.Object{"id": id, "name": name, "groupId": int64(n), "attributes": simkit.Object{}}
		errs = append(errs, err, tx.Put(groups, idText(id), o))
		tx.Add(permissions, simkit.Object{"userId": int64(1), "groupId": id})
	}
	return errors.Join(errs...)
}

func seedUsers(tx *simkit.Tx) error {
	var errs []error
	const unlimited = int64(-1)
	for n, u := range []simkit.Object{
		{"name": "Demo Service", "administrator": true, "deviceLimit": unlimited, "userLimit": unlimited},
		{"name": "Dana Whitfield", "deviceLimit": unlimited, "userLimit": int64(2), "phone": "+14155550107"},
		{"name": "Miguel Ortega", "readonly": true},
	} {
		login := []string{"demo-service", "dispatcher", "viewer"}[n]
		short := strings.TrimSuffix(login, "-service")
		u["email"], u["password"] = login+"@waybill.example", "traccar-"+short+"-password"
		_, err := seedOne(tx, userClass(), u)
		errs = append(errs, err, tx.Put(tokens, "traccar-"+short+"-token", simkit.Object{"userId": int64(n + 1)}))
	}
	tx.Add(permissions, simkit.Object{"userId": int64(2), "groupId": int64(1)})
	tx.Add(permissions, simkit.Object{"userId": int64(3), "deviceId": int64(1)})
	return errors.Join(errs...)
}

func seedDevices(tx *simkit.Tx) error {
	var errs []error
	for n, d := range []struct{ name, model, category, status, protocol, plate string }{
		{"Truck 101", "Cascadia 2022", "truck", "online", "watch", "8DF1101"},
		{"Truck 102", "T680 2019", "truck", "online", "watch", "8DF1102"},
		{"Truck 103", "VNL 2020", "truck", "offline", "watch", "8DF1103"},
		{"Van 104", "Sprinter 2023", "van", "online", "osmand", "8DF1104"},
		{"Truck 105", "579 2020", "truck", "online", "teltonika", "8DF1105"},
		{"Trailer 201", "3000R 2016", "trailer", "offline", "", "4TR2201"},
		{"Trailer 202", "Flatbed 2018", "trailer", "offline", "", "4TR2202"},
	} {
		o, err := seedOne(tx, deviceClass(), simkit.Object{
			"name": d.name, "uniqueId": fmt.Sprintf("86421703512340%d", n+1), "model": d.model, "category": d.category,
			"groupId": int64(1 + n%2), "attributes": simkit.Object{"plate": d.plate},
		})
		errs = append(errs, err)
		if err == nil && d.protocol != "" {
			errs = append(errs, seedPosition(tx, o, d.status, d.protocol))
		}
	}
	return errors.Join(errs...)
}

// seedPosition lets a device report.
func seedPosition(tx *simkit.Tx, device simkit.Object, status, protocol string) error {
	id, err := tx.Count(lastIDs, positions)
	row := maps.Clone(device)
	row["status"], row["positionId"], row["lastUpdate"] = status, id, timestamp(tx.Now())
	of := idText(simkit.Int(row, "id"))
	return errors.Join(err,
		tx.Put(devices, of, row, devices+" "+simkit.Text(row, "uniqueId")),
		tx.Put(positions, of, simkit.Object{
			"id": id, "deviceId": row["id"], "protocol": protocol, "totalDistance": 182_400_500.0, "hours": int64(7_200_000),
		}))
}

func seedDrivers(tx *simkit.Tx) error {
	var errs []error
	for n, name := range []string{
		"Amir Haddad", "Beatrice Novak", "Carlos Mendoza", "Denise Okafor", "Erik Lindqvist", "Fatima Rahman",
	} {
		_, err := seedOne(tx, driverClass(), simkit.Object{
			"name": name, "uniqueId": fmt.Sprintf("D-%d", n+1),
			"attributes": simkit.Object{"licenseNumber": fmt.Sprintf("D448820%d", n)},
		})
		errs = append(errs, err)
		if n < 5 {
			tx.Add(permissions, simkit.Object{"deviceId": int64(n + 1), "driverId": int64(n + 1)})
		}
	}
	return errors.Join(errs...)
}
