package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

func getMe(*simkit.Tx, *simkit.Call) (any, error) {
	return simkit.Object{"id": "org-1", "name": "Demo Freight"}, nil
}
