package perform

import (
	"time"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// task is an operation on its way to the TSP. It is read anew for each page of a lane, and lives
// until its item is settled.
type task struct {
	op   operation.Operation
	conn connection.Connection
	// spec and action are zero if there is no adapter for the TSP.
	spec   tsp.Spec
	action tsp.Action
	// refused says what an operation that ends without an attempt fails of; "" leaves it to what
	// went before.
	refused tsp.Class
	// stops says why an operation ends because nothing of it was sent; "" for any other end.
	stops operation.Reason
	// many are those that end so at once, of which this is the first; nil for one by itself.
	many []*task
	// partly tells that a part of what ends so has reached the TSP.
	partly bool
	// behind tells that an earlier one of its chain has not ended, so that nobody has begun this one.
	behind bool
	// read is begun.read from before it was read.
	read int64
	// looks tells that this attempt must not send anything, since an earlier one may still be under
	// way at the TSP. It is decided once: the time may be over before the attempt is.
	looks  bool
	answer answer
	// before is the record as the adapter read it right before an update; nil where none did.
	before *tsp.Record
	// image is what an update that took effect has changed.
	image record.Image
	// look is what reading the written record has told, for an operation that is verified.
	look look
	// calls collects those of the attempt; nil where none are kept, or none was made.
	calls *tsp.Exchanges
	// reaching notes how far the calls of the attempt come; nil where none was made.
	reaching *tsp.Reaching
	// named are how the operations stand that this one awaits, waits are their places in the lane as long as they have not
	// ended, and handled tells that one of them is in no lane. unmade says why it can never be sent, and unfit why what
	// they have made cannot be.
	named   operation.Standings
	waits   []int64
	handled bool
	unmade  string
	unfit   *tsp.Error
	// stored is what read has made of the operation; its schema is nil before.
	stored tsp.Write
}

// answer is what an attempt leaves for its settling.
type answer struct {
	written tsp.Written
	err     *tsp.Error
	// sent tells that the TSP was sent what could change something; else it was only asked, or not even that.
	sent bool
	// found tells that an earlier attempt had taken effect.
	found bool
	// open tells that what became of an earlier attempt is not known, whatever the end of this one.
	open bool
	// missed tells that an earlier attempt was looked for and not found while that proves nothing,
	// and again when to look the next time.
	missed bool
	again  time.Duration
	// givenUp tells that what became of an earlier attempt is not known and never will be.
	givenUp bool
	// own tells that what err says is Waybill's own word and quotes nobody.
	own bool
	// cutAt is when a call of this attempt ended without an answer that may still take effect,
	// although the attempt itself has an end; zero if there was none.
	cutAt time.Time
}

// share is on whose behalf the operation is: its partner's.
func (t *task) share() string { return t.op.Partner.String() }

func (t *task) capability() tsp.Capability {
	return tsp.Capability{Kind: t.op.Kind, Verb: t.op.Verb}
}

// Without an action (no adapter) the strength is "", which repeats nothing.
func (t *task) course() course { return courseOf(t.op.State, t.action.Strength, t.op.Sync) }

func (w *Writes) task(op operation.Operation, conn connection.Connection, spec tsp.Spec) *task {
	t := &task{op: op, conn: conn, spec: spec}
	t.action = spec.Actions[t.capability()]
	// Its attempt could not be settled. When that ended is not known, but no call is waited for
	// longer than the settling time.
	if t.course().unknown && op.State == operation.Sending {
		t.op.CutAt = op.UpdatedAt.Add(w.c.Settling.of(spec, t.capability()))
	}
	return t
}
