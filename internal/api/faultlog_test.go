package api_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	wrong "github.com/waybill-dev/waybill/internal/problem"
)

func TestOfManyRefusalsWhileTheStoreIsAwayTheLogTellsOneASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := serve(t, &submitted{err: &wrong.Error{Code: wrong.Unavailable, Detail: "away", RetryAfter: time.Second,
			Err: errors.New("connection refused")}})
		for range 40 {
			c.do("POST /v2/telematics/vehicles", "{}")
		}
		time.Sleep(time.Second)
		c.do("POST /v2/telematics/vehicles", "{}")
		if told := strings.Count(c.log.String(), "request failed"); told != 2 {
			t.Errorf("it is told %d times:\n%s", told, c.log.String())
		}
		if !strings.Contains(c.log.String(), "not_logged=39") {
			t.Errorf("the log does not tell how many it left out:\n%s", c.log.String())
		}
	})
}
