// Package idletest runs the tests of packages that wait most of the time: for leases and beats, for limits of TSPs, for
// programs and databases that start.
package idletest

import (
	"flag"
	"runtime"
	"strconv"
	"testing"
)

// atOnce is how many tests run at a time for each processor. With 3, tests that measure times fail on a machine that has much
// else to do.
const atOnce = 2

// Run runs the tests of a package, as many at a time as -parallel says, or atOnce for each processor.
func Run(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		// The flag is there as long as package testing is.
		_ = flag.Set("test.parallel", strconv.Itoa(atOnce*runtime.GOMAXPROCS(0)))
	}
	m.Run()
}
