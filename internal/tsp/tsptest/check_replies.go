package tsptest

import (
	"cmp"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkReplies: the answers that the config names, such as errors with status 200, have their
// class at whichever call of a write they come; one that only reads applied nothing. What a call is
// refused for is refused again at those behind it; a success is not.
func checkReplies(t *trial, f form) {
	if len(t.suite.config.Replies) == 0 {
		t.skipf("the config names no replies in the TSP's own words")
	}
	d := f.sample()
	b := f.baseline(d)
	for n, c := range b.calls {
		for _, r := range t.suite.config.Replies {
			if !strings.HasPrefix(c.Method+" "+c.URI, r.Call) {
				continue
			}
			t.suite.answered(r)
			w := f.world(setup{})
			if w.front.expect(from(n, r.spoil)); r.Call != "" || r.Class == tsp.Done {
				w.front.expect(at(n, r.spoil))
			}
			_, _, err := w.perform(w.write(f, d, 1))
			class := t.classOf(err)
			if reads := !c.Wrote && r.Class == tsp.Unknown && class == tsp.Unavailable; class != r.Class && !reads {
				t.errorf("%s in answer to call %d of %d is %s (%v), want %s", r.Name, n+1, len(b.calls), class, err, r.Class)
			}
			w.stop()
		}
	}
}

// replies are those of the config that have a class at every call.
func (s *suite) replies(class tsp.Class) []Reply {
	return slices.DeleteFunc(slices.Clone(s.config.Replies), func(r Reply) bool { return r.Class != class || r.Call != "" })
}

// answered notes that a call was answered with a reply.
func (s *suite) answered(r Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used["reply "+r.Name] = true
}

// with adds a header to a reply, unless it is empty.
func (r Reply) with(name, value string) Reply {
	if r.Header = r.Header.Clone(); value != "" {
		if r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Set(name, value)
	}
	return r
}

// spoil answers with the reply.
func (r Reply) spoil(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	w.Header().Set("Content-Type", jsonText)
	maps.Copy(w.Header(), r.Header)
	w.WriteHeader(cmp.Or(r.Status, http.StatusOK))
	_, _ = w.Write([]byte(r.Body))
}

// huge is more than any answer to a write has.
const huge = 10 << 20

// checkUnreadable: an answer of 2xx that cannot be read confirms nothing. At a call that writes
// it is Unknown, at one that reads the write goes no further. Huge answers are not read whole.
func checkUnreadable(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	for n, c := range b.calls {
		if len(c.Answer) == 0 {
			t.logf("call %d is answered without a body", n+1)
			continue
		}
		for name, s := range unreadable() {
			w := f.world(setup{})
			w.front.expect(at(n, s))
			_, _, err := w.perform(w.write(f, d, 1))
			class := t.classOf(err)
			if good := class == tsp.Unknown || !c.Wrote && (class == tsp.Unavailable || class == tsp.Broken); !good {
				t.errorf("%s in answer to call %d of %d (%s %s) is %s (%v)", name, n+1, len(b.calls), c.Method, c.URI, class, err)
			}
			w.stop()
		}
	}
	w := f.world(setup{})
	var sent atomic.Int64
	w.front.expect(at(b.writes[0], endless(&sent)))
	_, _, _ = w.perform(w.write(f, d, 1))
	w.stop()
	if n := sent.Load(); n > huge/2 {
		t.errorf("an answer without end is read for %d bytes", n)
	}
}

const tooLong = "10 MB of JSON"

// unreadable are answers of 200 that tell nothing.
func unreadable() map[string]spoil {
	return map[string]spoil{
		"a body that is cut off": answers(http.StatusOK, jsonText, `{"data":{"id":"28147`),
		"an empty body":          answers(http.StatusOK, jsonText, ""),
		"a page":                 answers(http.StatusOK, htmlText, htmlPage),
		tooLong:                  tenMegabytes,
		"a bomb":                 bomb,
	}
}

// tenMegabytes answers a JSON object that is valid and far too long.
func tenMegabytes(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	w.Header().Set("Content-Type", jsonText)
	fill(w)
}

// bomb answers the same in few bytes.
func bomb(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", jsonText)
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		panic(err)
	}
	fill(z)
	_ = z.Close()
}

// fill writes the object for as long as somebody reads.
func fill(w io.Writer) {
	block := []byte(strings.Repeat("x", 1<<16))
	_, err := io.WriteString(w, `{"data":"`)
	for sent := 0; sent < huge && err == nil; sent += len(block) {
		_, err = w.Write(block)
	}
	_, _ = io.WriteString(w, `"}`)
}

// endless answers for as long as somebody reads, and counts what was taken.
func endless(sent *atomic.Int64) spoil {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Type", jsonText)
		block := []byte(strings.Repeat(" ", 1<<16))
		for sent.Load() <= huge {
			n, err := w.Write(block)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
}
