package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
)

// Batches takes many writes of one partner at once.
type Batches interface {
	// Examine does all of Operations.Submit that comes before an async write is stored.
	Examine(ctx context.Context, r operation.Request) operation.Candidate
	// SubmitAll accepts writes that were examined, in their order and together, and tells of each what Submit would.
	SubmitAll(ctx context.Context, all []operation.Candidate) []operation.Candidate
}

const batchPath = "/v2/telematics/batch"

// ndjson is one JSON object on each line.
const ndjson = "application/x-ndjson"

// stillGoodEvery is how often the token of a batch is looked at again.
const stillGoodEvery = time.Second

// batch is one request with many writes, each a line, which is answered by a line as soon as it is accepted. While
// one group is stored the next is read and checked, and the answers to the one before are written; so no more than
// three are held at once.
type batch struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	who     access.Principal
	control *http.ResponseController
	// ctx outlives the request, so that nothing is left half done for a caller who hangs up.
	ctx         context.Context
	dry, strict bool
	verify      *bool
	in          *inflow
	begun       bool
	// looked is when the token was looked at last.
	looked  time.Time
	creates creates
	// rest are lines that were taken and belong to the next group.
	rest []line
	sum  sum
	// out is room for the answers to a group.
	out bytes.Buffer
}

// takeBatch answers 200 before it knows what becomes of the lines. What keeps all of them from being taken is told before
// that, with its own status, and what does so later by the last line.
func (s *Server) takeBatch(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	if err := isOf(r, ndjson); err != nil {
		return err
	}
	packed, err := isPacked(w, r)
	if err != nil {
		return err
	}
	if key := r.Header.Get(keyHeader); key != "" {
		q.wrong(keyHeader, key, "is not taken by a batch; give each line its own, as the member idempotency_key", codeUnknown)
	}
	b := &batch{Server: s, w: w, r: r, who: who, control: http.NewResponseController(w), ctx: context.WithoutCancel(r.Context()),
		dry: q.isSet("dry_run"), strict: q.isSet("strict"), verify: q.boolean("verify"), looked: s.Now(),
		creates: creates{of: map[int]uuid.UUID{}}}
	if err := q.err(); err != nil {
		return err
	}
	b.in = newInflow(b)
	leave, err := s.batches.enter(who.Partner.ID, b.in)
	if err != nil {
		return err
	}
	defer leave()
	b.run(packed)
	return nil
}

// run takes all lines.
func (b *batch) run(packed bool) {
	// Where the connection cannot do both at once it does so by itself, or answers once all is read.
	_ = b.control.EnableFullDuplex()
	go b.in.read(packed)
	heard := false
	defer func() { b.in.close(heard) }()
	// Whoever waits to be told to go on must not be answered before the body is asked for.
	if b.r.Header.Get("Expect") == "" {
		b.begin()
	}
	err := b.take()
	var gone *goneError
	if errors.As(err, &gone) {
		b.Log.Debug("writing the answers of a batch", "error", err)
		return
	}
	heard = b.end(err)
}

// begin answers that lines are taken.
func (b *batch) begin() {
	if b.begun {
		return
	}
	b.begun = true
	h := b.w.Header()
	h.Set("Content-Type", ndjson)
	// A batch may end before its lines do, and what comes behind must not pass for another request.
	h.Set("Connection", "close")
	// Proxies that know it pass each line on as it comes.
	h.Set("X-Accel-Buffering", "no")
	b.w.WriteHeader(http.StatusOK)
	_ = b.control.Flush()
}

// take takes lines until there are no more, or returns why it cannot go on; a *goneError if nobody reads the answers.
func (b *batch) take() error {
	var under *group
	for {
		lines, end := b.rest, error(nil)
		if b.rest = nil; len(lines) == 0 {
			lines, end = b.in.take(under == nil)
		}
		b.begin()
		var next *group
		if len(lines) > 0 {
			if end = b.stands(); end == nil {
				next = b.examine(lines, under)
			}
		}
		if under != nil {
			<-under.done
			b.creates.note(under)
			// Behind what could not be stored nothing is tried.
			end = cmp.Or(under.ails(), end)
		}
		stores := next != nil && end == nil
		if stores {
			b.accept(next)
		}
		if under != nil {
			if err := b.tell(under); err != nil {
				if stores {
					<-next.done
				}
				return err
			}
		}
		if end != nil {
			return end
		}
		under = next
	}
}

// stands tells why the token of the batch does not count any more.
func (b *batch) stands() error {
	now := b.Now()
	if now.Sub(b.looked) < stillGoodEvery {
		return nil
	}
	b.looked = now
	if err := b.stillGood(b.r); err != nil && problem.Of(err).Code == problem.Unauthorized {
		return err
	}
	return nil
}

// examine reads and checks lines behind a group, or those in front of one that names one of them. Blank
// ones are nothing. Behind one that the store could not be asked for none is tried.
func (b *batch) examine(lines []line, behind *group) *group {
	g := &group{items: make([]*item, 0, len(lines)), done: make(chan struct{})}
	came := b.Now()
	for i, l := range lines {
		if b.creates.waits(l) && behind != nil {
			<-behind.done
			b.creates.note(behind)
		}
		if b.creates.waits(l) && len(g.items) > 0 {
			b.rest = lines[i:]
			break
		}
		if g.last = l.n; l.isBlank() {
			continue
		}
		it := b.read(l, came)
		switch away := g.ails(); {
		case it.err != nil:
		case away != nil:
			it.err = away
		default:
			b.persist(func() bool { return it.examine(b) })
		}
		g.items = append(g.items, it)
	}
	return g
}

// examine finds out whether a line can be accepted, or what it would do, and tells whether it may be asked again.
func (it *item) examine(b *batch) (again bool) {
	if !b.dry {
		it.Candidate, it.submits = b.Batches.Examine(b.ctx, it.Request), true
		it.err = it.Err
		return it.Again
	}
	op, preview, err := b.Operations.Preview(b.ctx, it.Request)
	if it.err = err; err == nil {
		it.previewed = op.Previewed(preview)
	}
	it.Ails = err != nil && problem.Of(err).Code == problem.Unavailable
	return it.Ails
}
