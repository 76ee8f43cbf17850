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

// seedOne creates an object of a class out of its JSON and links it to the administrator.
func seedOne(tx *simkit.Tx, cl class, body string) (simkit.Object, error) {
	o, err := cl.read([]byte(body))
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
		id, err := nextID(tx, groups)
		o := simkit.Object{"id": id, "name": name, "groupId": int64(n), "attributes": simkit.Object{}}
		errs = append(errs, err, tx.Put(groups, idText(id), o))
		tx.Add(permissions, simkit.Object{"userId": int64(1), "groupId": id})
	}
	return errors.Join(errs...)
}

func seedUsers(tx *simkit.Tx) error {
	var errs []error
	for n, u := range []struct{ login, name, more string }{
		{"demo-service", "Demo Service", `"administrator":true,"deviceLimit":-1,"userLimit":-1`},
		{"dispatcher", "Dana Whitfield", `"deviceLimit":-1,"userLimit":2,"phone":"+14155550107"`},
		{"viewer", "Miguel Ortega", `"readonly":true`},
	} {
		short := strings.TrimSuffix(u.login, "-service")
		_, err := seedOne(tx, userClass(), fmt.Sprintf(`{"name":%q,"email":"%s@waybill.example","password":"traccar-%s-password",%s}`,
			u.name, u.login, short, u.more))
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
		o, err := seedOne(tx, deviceClass(), fmt.Sprintf(
			`{"name":%q,"uniqueId":"86421703512340%d","model":%q,"category":%q,"groupId":%d,"attributes":{"plate":%q}}`,
			d.name, n+1, d.model, d.category, 1+n%2, d.plate))
		errs = append(errs, err)
		if err == nil && d.protocol != "" {
			errs = append(errs, seedPosition(tx, o, d.status, d.protocol))
		}
	}
	return errors.Join(errs...)
}

// seedPosition lets a device report.
func seedPosition(tx *simkit.Tx, device simkit.Object, status, protocol string) error {
	id, err := nextID(tx, positions)
	row := maps.Clone(device)
	row["status"], row["positionId"], row["lastUpdate"] = status, id, timestamp(tx.Now())
	position := simkit.Object{"id": id, "deviceId": row["id"], "protocol": protocol, "totalDistance": 182_400_500.0, "hours": int64(7_200_000)}
	return errors.Join(err, tx.Put(devices, idText(num(row, "id")), row, devices+" "+str(row, "uniqueId")),
		tx.Put(positions, idText(num(row, "id")), position))
}

func seedDrivers(tx *simkit.Tx) error {
	var errs []error
	for n, name := range []string{
		"Amir Haddad", "Beatrice Novak", "Carlos Mendoza", "Denise Okafor", "Erik Lindqvist", "Fatima Rahman",
	} {
		_, err := seedOne(tx, driverClass(), fmt.Sprintf(`{"name":%q,"uniqueId":"D-%d","attributes":{"licenseNumber":"D448820%d"}}`, name, n+1, n))
		errs = append(errs, err)
		if n < 5 {
			tx.Add(permissions, simkit.Object{"deviceId": int64(n + 1), "driverId": int64(n + 1)})
		}
	}
	return errors.Join(errs...)
}
