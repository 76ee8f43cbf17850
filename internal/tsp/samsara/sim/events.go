package sim

import (
	"errors"
	"strconv"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// seedEvents fills in what drivers did in the driver app: messages to dispatch and inspections with defects, of
// which one is safe all the same.
func seedEvents(tx *simkit.Tx) error {
	for n, text := range []string{"At the dock, waiting for the gate", "Unloaded, ready for the next stop"} {
		driver, _ := tx.Get(drivers, strconv.Itoa(driverIDs+10+n))
		if driver == nil {
			return errors.New("the drivers are seeded first")
		}
		id, _ := strconv.ParseInt(driver.ID, 10, 64)
		tx.Add(messages, simkit.Object{
			"driverId": id, "text": text, "sentAtMs": tx.Now().Add(time.Duration(n-2) * time.Hour).UnixMilli(),
			"sender": simkit.Object{"name": simkit.Text(driver.Object, "name"), "type": "driver"},
		})
		if err := seedInspection(tx, n, driver); err != nil {
			return err
		}
	}
	return nil
}

func seedInspection(tx *simkit.Tx, n int, driver *simkit.Item) error {
	vehicle, _ := tx.Get(assets, strconv.FormatInt(assetIDs+int64(n)+1, 10))
	if vehicle == nil {
		return errors.New("the vehicles are seeded first")
	}
	tiny := simkit.Object{"id": vehicle.ID, "name": simkit.Text(vehicle.Object, "name")}
	at := tx.Now().Add(time.Duration(n-3) * time.Hour)
	defect := simkit.Object{
		"id": strconv.Itoa(18 + n), "defectType": []string{"Air Compressor", "Cup Holder"}[n], "isResolved": false,
		"comment": []string{"Loses pressure", "Broken"}[n], "createdAtTime": timestamp(at), "vehicle": tiny,
	}
	id := strconv.FormatInt(dvirIDs+tx.NextSeq(), 10)
	return tx.Put(dvirs, id, simkit.Object{
		"id": id, "type": "preTrip", "safetyStatus": []string{"unsafe", "safe"}[n], "vehicle": tiny,
		"startTime": timestamp(at), "endTime": timestamp(at.Add(10 * time.Minute)), "odometerMeters": int64(14010293),
		"licensePlate": simkit.Text(vehicle.Object, "licensePlate"), "vehicleDefects": []any{defect},
		"authorSignature": simkit.Object{
			"signatoryUser": simkit.Object{"id": driver.ID, "name": simkit.Text(driver.Object, "name")},
			"signedAtTime":  timestamp(at.Add(10 * time.Minute)), "type": "driver",
		},
	})
}
