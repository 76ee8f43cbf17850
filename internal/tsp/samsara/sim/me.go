package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

// getMe names the organisation of the token.
func getMe(*simkit.Tx, *simkit.Call) (any, error) {
	return data(simkit.Object{
		"id": "4000001", "name": "Demo Freight",
		"carrierSettings": simkit.Object{
			"carrierName": "Demo Freight", "dotNumber": int64(4000001),
			"mainOfficeAddress": "1990 Alameda Street, San Francisco, CA 94103",
		},
	}), nil
}
