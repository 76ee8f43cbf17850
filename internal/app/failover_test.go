//go:build unix

package app_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/store/postgres/postgrestest"
)

func TestReplicasGoOnOverAPromotedStandbyWithAllThatTheyHaveAnswered(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two replicas and two servers")
	}
	primary := postgrestest.New(t, postgrestest.Options{Durable: true})
	primary.Run(t, `CREATE DATABASE waybill`)
	standby := primary.Standby(t, "second")
	primary.Run(t, `ALTER SYSTEM SET synchronous_standby_names = 'second'`, `SELECT pg_reload_conf()`)
	binary := program(t, "")
	c := newConvoy(t, primary.EitherURL(standby, "waybill"))
	for range 2 {
		c.starts(binary)
	}
	end := c.load(4)
	t.Cleanup(end)
	c.written(100)
	if err := primary.Kill(); err != nil {
		t.Fatal(err)
	}
	// Until then there is no primary, and nothing is taken.
	standby.Promote(t)
	c.written(100)
	end()
	c.check()
}
