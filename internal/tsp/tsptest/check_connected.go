package tsptest

import (
	"slices"

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
		if class := w.checked(); class != tsp.Unauthorized {
			t.errorf("a wrong %s is %s, want %s", field, class, tsp.Unauthorized)
		}
		w.stop()
	}
}

func (w *world) account() tsp.Account {
	account, err := w.session.Check(w.t.ctx, w.setup.pace)
	if err != nil {
		w.t.unready("connected", "Check of the sample credentials: %v", err)
	}
	return account
}

// checked connects anew and returns the class of the end of a check.
func (w *world) checked() tsp.Class {
	s, err := w.adapter.Connect(w.t.ctx, w.access())
	if err == nil {
		_, err = s.Check(w.t.ctx, w.setup.pace)
	}
	return w.t.classOf(err)
}

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
