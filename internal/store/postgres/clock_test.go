package postgres

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestTheClockIsTheDatabasesAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := clock{began: time.Now()}
		passed, last := time.Duration(0), time.Time{}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			passed += time.Duration(rapid.IntRange(1, 5000).Draw(t, "ms")) * time.Millisecond
			if rapid.Bool().Draw(t, "measured") {
				c.set(passed, passed, c.began.Add(passed+time.Duration(rapid.IntRange(-9000, 9000).Draw(t, "ahead"))*time.Millisecond))
			}
			now := c.now(passed)
			if !now.After(last) {
				t.Fatalf("%s comes after %s", now, last)
			}
			last = now
		}
		// However far it went back, after twice that time both are the same.
		passed += time.Minute
		if want := c.began.Round(0).Add(passed + c.ahead); !c.now(passed).Equal(want) {
			t.Fatalf("it shows %s and the database %s", c.now(passed), want)
		}
	})
}

func TestAConnectionIsTriedLessAndLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b backOff
		tries := 0
		for range 10_000 {
			if b.wait() == nil {
				tries++
				_ = b.had(0, errStandby)
			}
			time.Sleep(time.Millisecond)
		}
		if tries < 10 || tries > 20 {
			t.Errorf("%d tries in ten seconds", tries)
		}
		if b.had(0, nil) != nil || b.wait() != nil {
			t.Error("what has come about is not used")
		}
		_ = b.had(5*time.Second, errStandby)
		time.Sleep(4 * time.Second)
		if b.wait() == nil {
			t.Error("a try that takes long is made again at once")
		}
	})
}
