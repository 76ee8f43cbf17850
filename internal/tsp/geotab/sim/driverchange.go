package sim

// driverChangeEntity is DriverChange: who drove which vehicle from when on. It is read only here.
func driverChangeEntity() *entity {
	return &entity{
		name: "DriverChange", collection: driverChanges,
		search: filters{
			"id": byID(), "deviceSearch": byEntity("device", "Device"), "userSearch": byEntity("driver", "User"),
			"fromDate": notBefore("dateTime"), "toDate": notAfter("dateTime"),
		},
		sorts: map[string]string{"id": "id", "date": "dateTime"},
		rates: map[string]int{"Get": 1000, "GetFeed": 250}, feeds: true,
	}
}
