package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/waybill-dev/waybill/internal/problem"
)

// How many lines of a batch are accepted together at most; how many wait for it beside these; how long a line may take to
// come, and the lines that nobody takes any more.
const (
	groupLines = 128
	aheadLines = 2 * groupLines
	lineTime   = time.Minute
	lingerTime = 3 * time.Second
)

// linesPerRequest is how many lines count as one request for the limits of callers: a line costs about as much less.
const linesPerRequest = 4

// line is one line of a batch as it came.
type line struct {
	n    int
	text []byte
	// long tells that it was longer than a body may be, so that it was not kept.
	long bool
}

func (l line) isBlank() bool { return !l.long && len(bytes.TrimSpace(l.text)) == 0 }

// inflow are the lines of a batch: they are read ahead of whoever takes them, as many as are held by two groups.
type inflow struct {
	b *batch
	// over is closed when nothing is read any more, and done when nothing is to be.
	over, done chan struct{}

	mu     sync.Mutex
	change *sync.Cond
	lines  []line
	bytes  int
	// end is why nothing more comes; io.EOF where that was all.
	end error
	// closed tells that nobody takes lines any more, and until is when reading ends at last.
	closed bool
	until  time.Time
}

func newInflow(b *batch) *inflow {
	f := &inflow{b: b, over: make(chan struct{}), done: make(chan struct{})}
	f.change = sync.NewCond(&f.mu)
	return f
}

// put lets a line be taken, once there is room for it; false if nobody takes any more.
func (f *inflow) put(l line) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.closed && f.end == nil && (len(f.lines) >= aheadLines || f.bytes >= maxBody) {
		f.change.Wait()
	}
	if f.closed || f.end != nil {
		return false
	}
	f.lines, f.bytes = append(f.lines, l), f.bytes+len(l.text)
	f.change.Broadcast()
	return true
}

// take returns the lines that have come, as many as a group has at most. It waits for the first of them if it may. The
// error says why there are no more; then there are no lines.
func (f *inflow) take(waits bool) ([]line, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for waits && len(f.lines) == 0 && f.end == nil {
		f.change.Wait()
	}
	if len(f.lines) == 0 {
		return nil, f.end
	}
	n, size := 0, 0
	for n < min(len(f.lines), groupLines) && size < maxBody {
		size += len(f.lines[n].text)
		n++
	}
	taken := slices.Clone(f.lines[:n])
	// The array lives on behind the lines that wait, and with it all that it holds.
	clear(f.lines[:n])
	f.lines, f.bytes = f.lines[n:], f.bytes-size
	f.change.Broadcast()
	return taken, nil
}

// fail ends the batch in front of the lines that were not taken.
func (f *inflow) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.end == nil {
		f.end, f.lines, f.bytes = err, nil, 0
	}
	f.change.Broadcast()
}

// failed tells that the batch is to end in front of lines that were not taken.
func (f *inflow) failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.end != nil && !errors.Is(f.end, io.EOF)
}

// finish tells that nothing more comes behind the lines that have come.
func (f *inflow) finish(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.end == nil {
		f.end = err
	}
	f.change.Broadcast()
}

// close ends the reading and returns when it has ended. A caller who still sends and hears what it is answered gets a
// moment to see that it need not: what is cut off at once may take the last answers with it.
func (f *inflow) close(hears bool) {
	f.mu.Lock()
	f.closed, f.until = true, time.Now()
	if hears {
		f.until = f.until.Add(lingerTime)
	}
	_ = f.b.control.SetReadDeadline(f.until)
	close(f.done)
	f.change.Broadcast()
	f.mu.Unlock()
	<-f.over
}

// Read reads the body as it was sent. Whoever sends nothing for too long is not waited for.
func (f *inflow) Read(p []byte) (int, error) {
	f.mu.Lock()
	_ = f.b.control.SetReadDeadline(f.until)
	f.mu.Unlock()
	return f.b.r.Body.Read(p)
}

// begins says that a line begins.
func (f *inflow) begins() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.until = time.Now().Add(lineTime)
	}
}

// read reads all lines.
func (f *inflow) read(packed bool) {
	defer close(f.over)
	defer func() {
		if p := recover(); p != nil {
			f.b.Log.Error("reading a batch panicked", "panic", p, "stack", string(debug.Stack()))
			f.finish(errors.New("panic"))
		}
	}()
	f.finish(f.readAll(packed))
	// Ends with the deadline, if not before.
	_, _ = io.Copy(io.Discard, f)
}

// readAll reads lines until there are no more or nobody takes them, and returns why no more come.
func (f *inflow) readAll(packed bool) error {
	f.begins()
	var sent io.Reader = f
	if packed {
		z, err := gzip.NewReader(f)
		if err != nil {
			return f.broken(err, packed)
		}
		sent = z
	}
	lines := bufio.NewReaderSize(sent, 64<<10)
	for n := 1; ; n++ {
		l, err := f.next(lines)
		if l.n = n; err == nil && (!f.paced(n) || !f.put(l)) {
			return io.EOF
		}
		if err != nil {
			return f.broken(err, packed)
		}
	}
}

// next reads a line. The last one may end with the body; of one that is cut off nothing is known.
func (f *inflow) next(from *bufio.Reader) (l line, err error) {
	f.begins()
	for {
		part, err := from.ReadSlice('\n')
		if l.long = l.long || len(l.text)+len(part) > maxBody; l.long {
			l.text = nil
		} else {
			l.text = append(l.text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(l.text) > 0 || l.long):
			err = nil
		}
		return l, err
	}
}

// broken says why no more lines come.
func (f *inflow) broken(err error, packed bool) error {
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return unreadable("no whole line came for %.0f seconds", lineTime.Seconds())
	case packed:
		return unreadable("the body has Content-Encoding gzip and is none, or is not whole")
	}
	return unreadable("the body could not be read to its end")
}

// unreadable is why a batch ends before its lines do.
func unreadable(format string, args ...any) *problem.Error {
	return problem.New(problem.BadRequest, format+"; send what is behind the last line that was answered in another batch", args...)
}

// paced waits until the caller may send another line; false if nobody takes it any more. A batch goes more slowly where a
// request would be refused.
func (f *inflow) paced(n int) bool {
	if n%linesPerRequest != 0 {
		return true
	}
	for {
		err := f.b.Limits.admit(f.b.who)
		if err == nil {
			return true
		}
		rest := time.NewTimer(problem.Of(err).RetryAfter)
		select {
		case <-f.done:
			rest.Stop()
			return false
		case <-rest.C:
		}
	}
}
