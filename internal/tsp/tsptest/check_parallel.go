package tsptest

import (
	"net/http"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// many is how many writes go at once.
const many = 20

// expire makes the simulator end all sessions at its next request that carries credentials.
const expire = `{"fault":"expire_session","times":1}`

// checkParallel: twenty writes at once on one session, whose session has just ended where one
// can end, all succeed with one renewal. It means most under the race detector.
func checkParallel(t *trial, f form) {
	f.writable()
	drafts := f.distinct(many)
	w := f.world(setup{renewable: true})
	static := !w.renews(f, drafts[0])
	w = f.world(setup{renewable: true})
	if !static {
		w.endSession()
	}
	w.front.expect(staggered)
	before, renewed := w.sim.counts(), w.vault.count()
	ends := make([]error, many)
	var all sync.WaitGroup
	for i := range many {
		x := w.write(f, drafts[i], i+1)
		all.Go(func() { _, ends[i] = w.session.Write(t.ctx, x) })
	}
	all.Wait()
	for i, err := range ends {
		if err != nil {
			t.errorf("write %d of %d at once fails: %v", i+1, many, err)
		}
	}
	if n := w.vault.count() - renewed; !static && n != 1 {
		t.errorf("%d writes at once with a session that ended renew it %d times", many, n)
	}
	grown := 0
	for name, n := range w.sim.counts() {
		grown += n - before[name]
	}
	if f.c.Verb == resource.Create && grown < many && len(f.texts()) > 0 {
		t.errorf("%d writes at once make %d objects", many, grown)
	}
}

// staggered lets all writes begin before the first is answered, and half of them learn only after
// the others that their session has ended and was renewed.
func staggered(n int, _ *call) spoil {
	if n >= many {
		return nil
	}
	late := time.Second
	if n >= many/2 {
		late = time.Minute
	}
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		time.Sleep(late)
		pass(w, r)
	}
}

// renews tells whether the adapter renews a session that ended; one with a fixed secret cannot.
func (w *world) renews(f form, d draft) bool {
	before := w.vault.count()
	w.endSession()
	_, _, _ = w.perform(w.write(f, d, many+1))
	return w.vault.count() > before
}

// endSession makes the simulator end all sessions when the next request with credentials comes,
// and refuse that one.
func (w *world) endSession() { w.sim.fault(expire) }

// texts lists the text fields whose value may be anything.
func (f form) texts() []string {
	var names []string
	sample := f.sample()
	for _, field := range f.fields() {
		use := f.action.Uses[field.Name]
		_, overridden := f.t.suite.config.Values[field.Name]
		_, given := sample[field.Name]
		if given && !overridden && field.Type == resource.Text && field.Pattern == nil && (use.Use == tsp.UseSent || use.Use == tsp.UseRequired) {
			names = append(names, field.Name)
		}
	}
	return names
}
