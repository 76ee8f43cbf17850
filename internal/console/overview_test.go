package console

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/operation"
)

// counter counts how often it is asked for what has failed.
type counter struct {
	quiet
	asked int
	fails error
}

func (c *counter) CountFailed(context.Context, time.Time) (map[operation.Stage]operation.Count, error) {
	c.asked++
	return map[operation.Stage]operation.Count{operation.StageFailed: {N: 3}}, c.fails
}

func TestAStoreThatIsAwayIsAskedForNumbersAsSeldomAsOneThatAnswers(t *testing.T) {
	t.Parallel()
	c, of, now := newOffice().over(t), &counter{fails: errors.New("the disk is gone")}, noon()
	c.Rates, c.Now = of, func() time.Time { return now }
	for range 3 {
		if _, err := c.overview(t.Context()); !errors.Is(err, of.fails) {
			t.Fatal(err)
		}
		if all := c.badges(t.Context()); all != nil {
			t.Fatalf("the navigation tells %v", all)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	now = now.Add(overviewFor)
	if _, err := c.overview(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever has left is told %v", err)
	}
	of.fails = nil
	if o, err := c.overview(t.Context()); err != nil || o.unsuccessful().N != 3 || of.asked != 3 {
		t.Errorf("after that: %v, %v, asked %d times", o, err, of.asked)
	}
}

func TestNoPageWaitsForTheNumbersOfTheNavigation(t *testing.T) {
	t.Parallel()
	c := newOffice().over(t)
	c.Rates = &counter{}
	c.views.mu.Lock()
	if all := c.badges(t.Context()); all != nil {
		t.Errorf("before they were read: %v", all)
	}
	c.views.mu.Unlock()
	c.badges(t.Context())
	c.views.mu.Lock()
	defer c.views.mu.Unlock()
	if all := c.badges(t.Context()); all["Operations"].Count != "1" {
		t.Errorf("while they are read anew: %v", all)
	}
}
