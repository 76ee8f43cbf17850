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

// guarded is an adapter whose TSP takes credentials of two kinds.
type guarded struct{ tsp.Adapter }

func (guarded) Spec() tsp.Spec {
	return tsp.Spec{Name: "samsara", DisplayName: "Samsara", Sight: "a user sees <its> yard", Credentials: []tsp.CredentialKind{tsp.CredentialKindOf("token").Labelled("token", "From their settings."),
		tsp.CredentialKindOf("sftp")}}
}

// locked is an office whose connection can get other credentials, with the path of their form.
func locked() (o *office, at string) {
	o = newOffice()
	o.who, o.status, o.adapters = Visitor{Name: "Ada", Role: Admin, Payloads: true}, connection.Stale, []tsp.Adapter{guarded{}}
	return o, connectionPath(o.op.Connection) + "/credentials"
}

// keyed is what a browser sends of the form for new credentials.
func keyed(kind string, members ...string) url.Values {
	form := url.Values{"seen": {seen(connection.Connection{UpdatedAt: noon()})}, "kind": {kind}}
	for i := 0; i < len(members); i += 2 {
		form.Set("credential."+members[i], members[i+1])
	}
	return form
}

func TestNewCredentialsAreSentAsTheAPITakesThemAndNotedByName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form  url.Values
		sends string
	}{
		{keyed("token", "token", "s3cret", "url", ""), `{"credentials":{"token":"s3cret"}}`},
		{keyed("sftp", "host", "h", "port", "22", "username", "u", "password", "p"), `{"credentials":{"host":"h","password":"p","port":22,"username":"u"}}`},
		{keyed("sftp", "host", "h", "port", "x"), `{"credentials":{"host":"h","port":"x"}}`},
	} {
		o, at := locked()
		w := o.posts(t, at, c.form)
		if w.Code != http.StatusSeeOther || !slices.Equal(o.asked, []string{"update " + c.sends}) || len(o.entries) != 1 || o.entries[0].Action != "replaced credentials" ||
			o.entries[0].Object != "connection:"+o.op.Connection.String() {
			t.Errorf("%v: %d, asked for %v, logged %v", c.form, w.Code, o.asked, o.entries)
		}
	}
}

func TestCredentialsThatTheFormDoesNotHaveAreRefusedByTheirNames(t *testing.T) {
	t.Parallel()
	twice := keyed("token", "token", "s3cret")
	twice.Add("credential.token", "s3cret-too")
	for says, form := range map[string]url.Values{
		"credential.host: is no member of the credentials of this kind": keyed("token", "token", "s3cret", "host", "s3cret-host"),
		"credential.token: is given more than once":                     twice,
		"credential.token: is no text in UTF-8":                         keyed("token", "token", "s3cret\xff\xfe"),
	} {
		o, at := locked()
		if w := o.posts(t, at, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), says) ||
			strings.Contains(w.Body.String(), "s3cret") || len(o.asked)+len(o.entries) > 0 {
			t.Errorf("%s: %d %s, asked for %v", says, w.Code, w.Body, o.asked)
		}
	}
}

func TestTheFormForCredentialsHoldsNoSecretWhateverWasSent(t *testing.T) {
	t.Parallel()
	o, at := locked()
	_, text := o.page(t, at)
	for _, part := range []string{`type="password"`, `autocomplete="new-password"`, "From their settings.", "?kind=sftp", `name="kind" value="token"`} {
		if !strings.Contains(text, part) {
			t.Errorf("the form does not hold %q", part)
		}
	}
	o.refuses = &problem.Error{Code: problem.Invalid, Details: []problem.Detail{{Path: "credentials", Message: "were refused by Samsara"}}}
	w := o.posts(t, at, keyed("sftp", "host", "s3cret-host", "port", "22", "username", "s3cret-user", "password", "s3cret"))
	if text := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(text, "credentials: were refused by Samsara") ||
		!strings.Contains(text, `value="22"`) || strings.Contains(text, "s3cret") || len(o.entries) > 0 {
		t.Errorf("%d %s, logged %v", w.Code, text, o.entries)
	}
}

func TestCredentialsAreReplacedByAdminsAloneInTheStateThatTheyHaveSeen(t *testing.T) {
	t.Parallel()
	o, at := locked()
	form := keyed("token", "token", "s3cret")
	form.Set("seen", "1")
	if w := o.posts(t, at, form); w.Code != http.StatusConflict || len(o.asked) > 0 || strings.Contains(w.Body.String(), "s3cret") {
		t.Errorf("an older form: %d, asked for %v", w.Code, o.asked)
	}
	if w := o.posts(t, at, keyed("geotab", "username", "x")); w.Code != http.StatusUnprocessableEntity || len(o.asked) > 0 {
		t.Errorf("another kind: %d, asked for %v", w.Code, o.asked)
	}
	o.who.Role = Operator
	if w := o.posts(t, at, keyed("token", "token", "s3cret")); w.Code != http.StatusForbidden || len(o.asked) > 0 {
		t.Errorf("an operator: %d, asked for %v", w.Code, o.asked)
	}
	o.who.Role, o.status = Admin, connection.Cancelled
	if w := o.posts(t, at, keyed("token", "token", "s3cret")); w.Code != http.StatusConflict || len(o.asked) > 0 {
		t.Errorf("what is cancelled: %d, asked for %v", w.Code, o.asked)
	}
	o.status, o.adapters = connection.Active, nil
	if status, text := o.page(t, at); status != http.StatusConflict || !strings.Contains(text, "no adapter") {
		t.Errorf("without an adapter: %d", status)
	}
	if _, text := o.page(t, connectionPath(o.op.Connection)); strings.Contains(text, "Replace credentials") {
		t.Error("what cannot be done is offered")
	}
}

func TestTheFormForCredentialsTellsWhichKindThereIsNowAndBeginsWithIt(t *testing.T) {
	t.Parallel()
	o, at := locked()
	for kind, says := range map[string][]string{
		"token": {"with credentials of the kind <code>token</code>", `name="kind" value="token"`},
		"sftp":  {"with credentials of the kind <code>sftp</code>", `name="kind" value="sftp"`},
		"older": {"with credentials of the kind <code>older</code>", `name="kind" value="token"`},
		"":      {"What it signs in with now cannot be read", `name="kind" value="token"`},
	} {
		o.kind = kind
		_, text := o.page(t, at)
		for _, part := range says {
			if !strings.Contains(text, part) {
				t.Errorf("%q: the form does not say %q", kind, part)
			}
		}
		if _, text := o.page(t, connectionPath(o.op.Connection)); strings.Contains(text, "<dt>Signs in with</dt><dd>"+kind+"</dd>") != (kind != "") {
			t.Errorf("%q: the page of the connection does not say so", kind)
		}
	}
	o.kind = "sftp"
	if _, text := o.page(t, at+"?kind=token"); !strings.Contains(text, `name="kind" value="token"`) || !strings.Contains(text, "<code>sftp</code>") {
		t.Error("another kind that is chosen hides which there is now")
	}
}

func TestCredentialsOfAnotherUserAreWarnedOfBeforeAndAfter(t *testing.T) {
	t.Parallel()
	o, at := locked()
	if _, text := o.page(t, at); !strings.Contains(text, "At Samsara a user sees &lt;its&gt; yard") {
		t.Error("the form does not say what another user would see")
	}
	for user, says := range map[connection.Likeness]string{
		connection.SameUser: "Its TSP takes the new credentials", connection.OtherUser: "They are those of another user",
		connection.AnyUser: "They may be those of another user",
	} {
		o.user = user
		to := o.posts(t, at, keyed("token", "token", "s3cret")).Header().Get("Location")
		status, text := o.page(t, to)
		if status != http.StatusOK || !strings.Contains(text, says) || strings.Contains(text, "another user") != (user != connection.SameUser) {
			t.Errorf("%s: %d at %s does not say %q", user, status, to, says)
		}
	}
}
