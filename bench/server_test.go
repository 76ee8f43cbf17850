//go:build unix

package main

import (
	"path/filepath"
	"testing"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestAcceptingAndDrainingAreMeasuredOverAServer(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and starts a server")
	}
	t.Parallel()
	f := small(t)
	f.server = postgrestest.Shared(t).URL("postgres")
	chosen, err := choose(onServer())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range chosen {
		if p := f.run(t.Context(), s); p.failed != nil || len(p.figures) == 0 {
			t.Errorf("%s: %v, %v", s.name, p.failed, p.figures)
		}
	}
}

func TestReplicasTakeRequestsInTurnsAndAreMeasuredTogether(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and starts a server")
	}
	t.Parallel()
	f := small(t)
	three, err := gateway.StartWaybill(t.Context(), gateway.Options{Binary: f.waybill, Folder: filepath.Join(f.folder, "three"),
		Receiver: f.receiver, TSP: f.tsp, Connections: f.connections, Replicas: 3,
		Environ: []string{"WAYBILL_DATABASE_URL=" + postgrestest.Shared(t).Database(t)}})
	if err != nil {
		t.Fatal(err)
	}
	f.running = append(f.running, three)
	r, err := f.closed(t.Context(), three, 6, f.span)
	if err != nil || len(r.Ended) == 0 {
		t.Errorf("%d writes ended: %v", len(r.Ended), err)
	}
}
