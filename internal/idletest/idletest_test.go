package idletest_test

import (
	"flag"
	"runtime"
	"strconv"
	"testing"

	"github.com/waybill-dev/waybill/internal/idletest"
)

// before is what -parallel was when nobody had changed it.
var before string

func TestMain(m *testing.M) {
	flag.Parse()
	before = flag.Lookup("test.parallel").Value.String()
	idletest.Run(m)
}

func TestMoreTestsRunAtATimeThanThereAreProcessorsUnlessItIsSaid(t *testing.T) {
	t.Parallel()
	now := flag.Lookup("test.parallel").Value.String()
	if n, err := strconv.Atoi(now); before == strconv.Itoa(runtime.GOMAXPROCS(0)) && (err != nil || n <= runtime.GOMAXPROCS(0)) {
		t.Errorf("%s tests run at a time: %v", now, err)
	} else if before != strconv.Itoa(runtime.GOMAXPROCS(0)) && now != before {
		t.Errorf("%s tests run at a time, and %s were to", now, before)
	}
}
