package tsptest

import (
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// unknownID is what no TSP has given to anything.
const unknownID = "987654321"

// checkNamed: what settings name at the TSP is asked for when they are set. The config's are right; with an id that
// the TSP does not have, the session refuses the settings, if not the account at once, and says which, and it blames none for a call that fails.
func checkNamed(t *trial) {
	w := t.world(setup{})
	w.prime()
	if err := w.checkSettings(); err != nil {
		t.errorf("the config's settings are refused: %v", err)
	}
	for _, one := range t.suite.spec.Settings {
		reason, excused := t.suite.config.Unasked[one.Key]
		_, sampled := t.suite.config.Unknown[one.Key]
		if one.Kind == "" && !sampled && !excused && !strings.Contains(one.Label, "(id") {
			continue
		}
		with := t.suite.settings()
		with[one.Key] = t.unknown(one)
		w := t.world(setup{settings: with})
		_, err := w.session.Check(t.ctx, w.setup.pace)
		if err == nil {
			err = w.checkSettings()
		}
		named := err != nil && t.classified(err).Setting == one.Key
		switch {
		case excused && reason == "":
			t.errorf("Unasked[%q] gives no reason", one.Key)
		case excused && named:
			t.errorf("Unasked[%q] excuses nothing: what the TSP does not have is refused", one.Key)
		case !excused && err == nil:
			t.errorf("the setting %s may be %v, which the TSP does not have; let CheckSettings ask for it, or say in Unasked why nobody can", one.Key, with[one.Key])
		case !excused && !named:
			t.errorf("the setting %s is %v, which the TSP does not have, and the error names the setting %q: %v", one.Key, with[one.Key], t.classified(err).Setting, err)
		}
		w.front.expect(from(0, answers(503, plainText, "later")))
		if err := w.checkSettings(); err != nil && len(w.front.seen()) > 0 && t.classified(err).Setting != "" {
			t.errorf("a TSP that cannot answer is taken for one that does not have what the setting %s names: %v", one.Key, err)
		}
		w.stop()
	}
	for key := range t.suite.config.Unasked {
		t.named(settingsOf(t.suite.spec), key, "", "Unasked")
	}
}

// checkSettings asks the TSP whether it has what the settings name; nil if nobody asks.
func (w *world) checkSettings() error {
	checker, ok := w.session.(tsp.SettingsChecker)
	if !ok {
		return nil
	}
	return checker.CheckSettings(w.t.ctx, w.setup.pace)
}

// unknown is a value of a setting that names what the TSP does not have.
func (t *trial) unknown(one tsp.Setting) any {
	if value, ok := t.suite.config.Unknown[one.Key]; ok {
		return value
	}
	return settingValue(one, unknownID)
}

func settingsOf(spec tsp.Spec) map[string]tsp.Setting {
	all := map[string]tsp.Setting{}
	for _, one := range spec.Settings {
		all[one.Key] = one
	}
	return all
}
