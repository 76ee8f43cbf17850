package tsptest

import (
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkStatuses: every status has the class that it stands for, or a stricter one, whether the
// body is in the TSP's own words or somebody else's.
func checkStatuses(t *trial, f form) {
	d := f.sample()
	b := f.baseline(d)
	p := &probe{form: f, d: d, n: b.writes[0]}
	for _, status := range statuses() {
		if len(b.calls[p.n].Answer) == 0 && status >= 200 && status < 300 {
			continue // The TSP confirms with a status alone.
		}
		p.status(status, "a plain answer", answers(status, plainText, "something went wrong\n"))
		p.status(status, "no body", answers(status, "", ""))
		if slices.Contains([]int{200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504}, status) {
			p.status(status, aPage, answers(status, htmlText, htmlPage))
			p.status(status, "an unknown JSON", answers(status, jsonText, `{"oops":{"code":17}}`))
		}
	}
	for _, status := range []int{100, 102, 103} {
		f.informed(d, p.n, status)
	}
}

// aPage is what a firewall or proxy answers, and no TSP: nothing of it is the TSP's word.
const aPage = "a page"

// probe is a write whose nth call is answered in many ways.
type probe struct {
	form
	d draft
	n int
	w *world
	// operations counts the writes, each an operation of its own.
	operations int
}

func statuses() []int {
	all := []int{101, 201, 202, 203, 206, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399}
	for _, span := range [][2]int{{400, 418}, {421, 431}, {451, 451}, {498, 511}, {520, 530}, {598, 599}} {
		for status := span[0]; status <= span[1]; status++ {
			all = append(all, status)
		}
	}
	return all
}

// status answers the nth call and all behind it with a status. Nothing is applied, so that one
// world does for many statuses, until one spoils its session.
func (p *probe) status(status int, what string, s spoil) {
	if status == http.StatusNoContent || status == http.StatusNotModified || status < 200 {
		s = answers(status, "", "")
	}
	if p.w == nil {
		p.w = p.world(setup{})
	} else {
		p.w.restart() // What a session remembers would change which calls it makes.
		p.w.prime()
	}
	p.operations++
	p.w.front.expect(from(p.n, s))
	_, _, err := p.w.perform(p.w.write(p.form, p.d, p.operations))
	class := p.t.classOf(err)
	want := p.t.suite.classes(status)
	if page := tsp.ClassOfPage(status); what == aPage && page != tsp.ClassOf(status) {
		want = []tsp.Class{page}
	}
	if !slices.Contains(want, class) {
		p.t.errorf("%d with %s is %s (%v), want one of %v", status, what, class, err, want)
	}
	if e, ok := err.(*tsp.Error); ok && status >= 400 && e.Status != status && class != tsp.Unauthorized {
		p.t.errorf("%d with %s: the error tells the status %d", status, what, e.Status)
	}
	p.w.front.expect(nil)
	if class == tsp.Unauthorized || status == http.StatusSwitchingProtocols {
		p.w.stop()
		p.w = nil
	}
}

// classes are those that a status may have: what it stands for, and what is stricter, which
// never leads to a repetition that the other would not have led to.
func (s *suite) classes(status int) []tsp.Class {
	if class, ok := s.config.Classes[status]; ok {
		return []tsp.Class{class}
	}
	class := tsp.ClassOf(status)
	switch class {
	case tsp.Done:
		// These answers confirm nothing that could be read.
		return []tsp.Class{tsp.Unknown, tsp.Broken}
	case tsp.Forbidden:
		// Words that are not in the TSP's form may be those of somebody on the way.
		return []tsp.Class{class, tsp.Unavailable}
	case tsp.Unavailable:
		return []tsp.Class{class, tsp.Unknown}
	case tsp.Unauthorized:
		// The sign-in that follows is answered by the same stranger, who says nothing of the credentials.
		return []tsp.Class{class, tsp.Unavailable}
	case tsp.Rejected, tsp.Missing, tsp.Unsupported:
		return []tsp.Class{class, tsp.Rejected}
	case tsp.Broken:
		return []tsp.Class{class, tsp.Unknown}
	}
	return []tsp.Class{class}
}

// informed sends a status 1xx ahead of the answer, which changes nothing.
func (f form) informed(d draft, n, status int) {
	w := f.world(setup{})
	defer w.stop()
	w.front.expect(at(n, func(rw http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		rw.WriteHeader(status)
		pass(rw, r)
	}))
	if _, _, err := w.perform(w.write(f, d, 1)); err != nil {
		f.t.errorf("%d ahead of the answer: %v", status, err)
	}
}
