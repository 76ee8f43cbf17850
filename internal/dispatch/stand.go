package dispatch

import (
	"time"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Stand is how a lane stands, for whoever asks why something in it waits.
type Stand struct {
	Waits Waits
	// Until is when it may perform something again, where it knows.
	Until time.Time
	// Known is false where another process may run the lane: this one knows nothing of it then.
	Known bool
}

// Stand tells how a lane stands. One that was not heard of yet waits for nothing.
func (d *Dispatcher) Stand(lane fence.Lane) Stand {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, passes := d.config.Source.(Handover)
	_, runs := d.runs[lane]
	s := d.stances[lane]
	if s == nil {
		return Stand{Nothing, time.Time{}, !passes || runs}
	}
	// One that sleeps here until a time was given to nobody else, unless it was activated meanwhile.
	known := !passes || runs || d.config.Now().Before(s.again)
	return Stand{s.waits, s.over(), known}
}
