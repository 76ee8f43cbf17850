package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// choosy is an adapter whose TSP needs to be told something of each type.
type choosy struct{ tsp.Adapter }

func (choosy) Spec() tsp.Spec {
	return tsp.Spec{Name: "samsara", DisplayName: "Samsara", Settings: []tsp.Setting{
		{Key: "region", Label: "Cloud", Type: tsp.TextSetting, Values: []string{"us", "eu"}, Default: "us"},
		{Key: "tags", Label: "Tags", Type: tsp.ListSetting},
		{Key: "most", Label: "At most", Type: tsp.IntegerSetting},
		{Key: "scoped", Label: "Scoped", Type: tsp.BooleanSetting, Default: false},
		{Key: "password", Label: "First password", Type: tsp.TextSetting, Secret: true}}}
}

// settled is an office whose connection has settings, with the path of their form.
func settled() (o *office, at string) {
	o = newOffice()
	o.who, o.status, o.adapters = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Active, []tsp.Adapter{choosy{}}
	o.set = tsp.Settings{"region": "eu", "tags": []string{"a", "b"}, "password": "*****"}
	return o, connectionPath(o.op.Connection) + "/settings"
}

// asFormed is what a browser sends of the form that nobody has touched, with changes.
func asFormed(changes ...string) url.Values {
	form := url.Values{"seen": {seen(connection.Connection{UpdatedAt: noon()})}, "set.description": {"main"}, "set.sync_events": {"false"}, "set.verify_writes": {"false"},
		"set.region": {"eu"}, "set.tags": {"a\r\nb"}, "set.most": {""}, "set.scoped": {""}, "set.password": {""}}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

func TestAFormOfSettingsSendsWhatWasChangedAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		changes []string
		sends   string
	}{
		{[]string{"set.description", ""}, `{"description":null}`},
		{[]string{"set.description", "other", "set.verify_writes", "true"}, `{"description":"other","verify_writes":true}`},
		{[]string{"set.region", ""}, `{"settings":{"region":null}}`},
		{[]string{"set.region", "us", "set.scoped", "true"}, `{"settings":{"region":"us","scoped":true}}`},
		{[]string{"set.tags", "b\r\n\r\nc\r\n"}, `{"settings":{"tags":["b","c"]}}`},
		{[]string{"set.tags", ""}, `{"settings":{"tags":null}}`},
		{[]string{"set.most", "9007199254740993"}, `{"settings":{"most":9007199254740993}}`},
		{[]string{"set.most", "many"}, `{"settings":{"most":"many"}}`},
		{[]string{"set.password", "hidden"}, `{"settings":{"password":"hidden"}}`},
		{[]string{"drop.password", "remove"}, `{"settings":{"password":null}}`},
	} {
		o, at := settled()
		w := o.posts(t, at, asFormed(c.changes...))
		if w.Code != http.StatusSeeOther || !slices.Equal(o.asked, []string{"update " + c.sends}) || len(o.entries) != 1 {
			t.Errorf("%v: %d, asked for %v, logged %v", c.changes, w.Code, o.asked, o.entries)
		}
	}
	o, at := settled()
	if w := o.posts(t, at, asFormed()); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "nothing to change") || len(o.asked) > 0 {
		t.Errorf("a form that nobody has touched: %d, asked for %v", w.Code, o.asked)
	}
}

func TestAFormOfSettingsShowsWhatIsSetButNoSecretAndKeepsWhatWasRefused(t *testing.T) {
	t.Parallel()
	o, at := settled()
	_, text := o.page(t, at)
	for _, part := range []string{`value="main"`, `<option value="eu" selected>`, "a\nb</textarea>", "Where it is not set: us", "Set, and shown nowhere", `name="drop.password"`} {
		if !strings.Contains(text, part) {
			t.Errorf("the form does not hold %q", part)
		}
	}
	if strings.Contains(text, "*****") {
		t.Error("the mask of a secret could be sent as the secret")
	}
	o.refuses = &problem.Error{Code: problem.Invalid, Details: []problem.Detail{{Path: "settings.most", Message: "must be an integer"}}}
	w := o.posts(t, at, asFormed("set.most", "many", "set.password", "s3cret"))
	if text := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(text, "settings.most: must be an integer") ||
		!strings.Contains(text, `value="many"`) || strings.Contains(text, "s3cret") {
		t.Errorf("what was refused: %d", w.Code)
	}
	if text := w.Body.String(); !strings.Contains(text, "<code>most</code>: It is not set now.") || strings.Contains(text, "It is now: *****") {
		t.Errorf("beside what was refused it does not stand what is set: %s", text)
	}
	if len(o.entries) > 0 {
		t.Errorf("what was refused is logged: %v", o.entries)
	}
}

func TestAFormOfSettingsThatIsOlderThanTheConnectionChangesNothing(t *testing.T) {
	t.Parallel()
	o, at := settled()
	w := o.posts(t, at, asFormed("seen", "1", "set.description", "mine"))
	if text := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(text, `value="mine"`) || len(o.asked) > 0 ||
		!strings.Contains(text, "<code>description</code>: It is now: main.") || strings.Contains(text, "It is now: a, b") {
		t.Errorf("%d, asked for %v", w.Code, o.asked)
	}
}
