package apptest

import (
	"net/http/httptest"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/all"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Simulator returns a new simulator of a TSP.
func Simulator(t *testing.T, name string) simkit.Simulator {
	t.Helper()
	for _, s := range all.Simulators() {
		if s.Info.Name == name {
			sim, err := s.New(simkit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return sim
		}
	}
	t.Fatalf("there is no simulator of %s", name)
	return nil
}

// SimulatorAt serves a new simulator of a TSP and returns its URL.
func SimulatorAt(t *testing.T, name string) string {
	t.Helper()
	sim := Simulator(t, name)
	server := httptest.NewServer(sim)
	t.Cleanup(func() { server.CloseClientConnections(); _ = sim.Close(); server.Close() })
	return server.URL
}
