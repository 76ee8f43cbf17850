package tsptest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// checkConnected: the sample credentials open the simulator and name one account, the same for
// every session; wrong ones are Unauthorized, whichever of their secrets is wrong.
func checkConnected(t *trial) {
	w := t.world(setup{})
	account := w.account()
	if account.Key == "" {
		t.errorf("Check names an account without a key")
	}
	w.restart()
	if again := w.account(); again.Key != account.Key {
		t.errorf("Check names the account %q, and %q after a restart; its key must never change", account.Key, again.Key)
	}
	w.stop()
	for _, field := range t.secretFields() {
		w := t.world(setup{})
		wrong := w.vault.stored()
		wrong.Fields[field] += "-wrong"
		w.vault.put(wrong)
		w.front.expect(nil)
		err := w.checked()
		if class := t.classOf(err); class != tsp.Unauthorized {
			t.errorf("a wrong %s is %s (%v), want %s; rest.Answers.Class can tell what the TSP means\n%s", field, class, err, tsp.Unauthorized, exchanged(w.front.seen()))
		}
		if calls := w.front.seen(); len(calls) > 0 && err != nil && !t.excused(field) {
			t.heard(calls[len(calls)-1], err)
		}
		w.stop()
	}
}

func (w *world) account() tsp.Account {
	account, err := w.session.Check(w.t.ctx, w.setup.pace)
	if err != nil {
		w.t.unready("connected", "Check of the sample credentials: %v\n%s", err, exchanged(w.front.seen()))
	}
	return account
}

// checked connects anew and returns the end of a check.
func (w *world) checked() error {
	s, err := w.adapter.Connect(w.t.ctx, w.access())
	if err == nil {
		_, err = s.Check(w.t.ctx, w.setup.pace)
	}
	return err
}

// heard demands that an error says what the TSP said was wrong, and that answers which refuse
// with status 200 are named in Replies, because nothing else tells them.
func (t *trial) heard(last *call, err error) {
	if last.Status < 300 && len(t.suite.config.Replies) == 0 {
		t.errorf("the simulator refuses with status %d; name such answers in Replies: %s", last.Status, last.Answer)
	}
	said := membersOf("", last.Answer)
	if !isJSON(last.Answer) {
		line, _, _ := strings.Cut(string(last.Answer), "\n")
		said = strings.SplitAfter(line, ": ")
	}
	for _, one := range said {
		_, words, _ := strings.Cut(one, "=")
		if words = unquoted(cmp.Or(words, one)); len(words) > 5 && strings.Contains(err.Error(), words) {
			return
		}
	}
	if len(last.Answer) > 0 {
		t.errorf("the TSP says %q, and the error says %q; rest.Answers.Message can read it", last.Answer[:min(len(last.Answer), 200)], err)
	}
}

func isJSON(text []byte) bool { return jsontext.Value(text).IsValid() }

// secretFields are the members of the sample credentials that must not be told.
func (t *trial) secretFields() []string {
	var names []string
	for _, kind := range t.suite.spec.Credentials {
		for _, f := range kind.Fields {
			if f.Secret && kind.Kind == t.suite.spec.SampleCredentials.Kind && t.suite.spec.SampleCredentials.Get(f.Name) != "" {
				names = append(names, f.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}
