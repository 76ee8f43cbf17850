package idletest_test

import (
	"flag"
	"runtime"
	"strconv"
	"testing"

	"github.com/waybill-dev/waybill/internal/idletest"
)

// before is what -parallel was when nobody had changed it, and given tells that it was said.
var (
	before string
	given  bool
)

func TestMain(m *testing.M) {
	flag.Parse()
	before = flag.Lookup("test.parallel").Value.String()
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	idletest.Run(m)
}

func TestMoreTestsRunAtATimeThanThereAreProcessorsUnlessItIsSaid(t *testing.T) {
	t.Parallel()
	now := flag.Lookup("test.parallel").Value.String()
	if n, err := strconv.Atoi(now); !given && (err != nil || n <= runtime.GOMAXPROCS(0)) {
		t.Errorf("%s tests run at a time: %v", now, err)
	} else if given && now != before {
		t.Errorf("%s tests run at a time, and %s were to", now, before)
	}
}
