package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// credentialsForm is the page on which the credentials of a connection are replaced. It holds no secret, whatever was sent.
type credentialsForm struct {
	About about
	Back  string
	// Now is the kind of the credentials that the connection has; "" if they cannot be read. Sight says what another user of
	// its account would see; "" if all see the same.
	Now, Sight string
	// Kind is the shape of credentials that the form has, and Kinds are those that its TSP takes.
	Kind   string
	Kinds  []option
	Inputs []credentialInput
	// Seen is the state of the connection that the form was made of.
	Seen string
}

// credentialInput is one member of credentials as a form has it.
type credentialInput struct {
	tsp.CredentialField
	// Now is what was typed before, of what is no secret, and Options are the values that it may have.
	Now     string
	Options []option
	// Lines tells that it has several lines.
	Lines bool
}

// ID is the name of the input.
func (i credentialInput) ID() string { return credentialPrefix + i.Name }

// credentialPrefix is how the names of the inputs begin.
const credentialPrefix = "credential."

// Hint says what whoever types must know.
func (i credentialInput) Hint() string {
	if i.Required {
		return i.Label
	}
	return strings.TrimSuffix("May be left empty. "+i.Label, " ")
}

// editCredentials shows the form for new credentials of a connection.
func (c *Console) editCredentials(r *http.Request, who Visitor) (answer, error) {
	of, err := c.openConnection(r)
	if err != nil {
		return answer{}, err
	}
	return c.credentialsSheet(r, who, of, nil)
}

// credentialsSheet is the form for a connection; refused says why what it held was not taken.
func (c *Console) credentialsSheet(r *http.Request, who Visitor, of connection.Connection, refused error) (answer, error) {
	rows, err := c.linkRows(r, who, []connection.Connection{of})
	if err != nil {
		return answer{}, err
	}
	now := c.Links.CredentialKind(of)
	kind, all, err := c.credentialKind(of, r.FormValue("kind"), now)
	if err != nil {
		return answer{}, err
	}
	f := credentialsForm{Back: connectionPath(of.ID), Now: now, Kind: kind.Kind, Seen: seen(of),
		About: about{Name: rows[0].TSP + " of " + rows[0].Fleet, ID: head(of.ID), List: connectionsPath}}
	if adapter, _ := c.TSPs.Adapter(of.TSP); adapter.Spec().Sight != "" {
		f.Sight = "At " + adapter.Spec().DisplayName + " " + adapter.Spec().Sight
	}
	for _, one := range all {
		var names []string
		for _, field := range one.Fields {
			if field.Required {
				names = append(names, field.Name)
			}
		}
		f.Kinds = append(f.Kinds, option{with(f.Back+"/credentials", url.Values{"kind": {one.Kind}}), one.Kind + " (" + strings.Join(names, ", ") + ")", one.Kind == kind.Kind})
	}
	for _, field := range kind.Fields {
		in := credentialInput{CredentialField: field, Lines: field.Name == "private_key"}
		if refused != nil && !field.Secret {
			in.Now = r.PostForm.Get(in.ID())
		}
		for _, v := range field.Values {
			in.Options = append(in.Options, option{v, v, v == in.Now})
		}
		f.Inputs = append(f.Inputs, in)
	}
	s := sheet{name: "link-credentials", Title: "Replace the credentials", Place: "Connections", Content: f}
	if refused != nil {
		s.Note, s.status = c.noteOf(r, refused), statusOf(refused)
	}
	return answer{sheet: s}, nil
}

// credentialKind is a kind of credentials that the TSP of a connection takes, with all of them: the one that is named, or else
// that of those which it has now, or the first.
func (c *Console) credentialKind(of connection.Connection, name, now string) (tsp.CredentialKind, []tsp.CredentialKind, error) {
	adapter, known := c.TSPs.Adapter(of.TSP)
	if !known || len(adapter.Spec().Credentials) == 0 {
		return tsp.CredentialKind{}, nil, problem.New(problem.Conflict, "this installation has no adapter for %s, so nobody can try credentials there", of.TSP)
	}
	all := adapter.Spec().Credentials
	if name == "" {
		at := slices.IndexFunc(all, func(k tsp.CredentialKind) bool { return k.Kind == now })
		return all[max(at, 0)], all, nil
	}
	at := slices.IndexFunc(all, func(k tsp.CredentialKind) bool { return k.Kind == name })
	if at < 0 {
		return tsp.CredentialKind{}, nil, wrongInput("kind", name, "is no kind of credentials that "+displayName(c.TSPs, of.TSP)+" takes; choose one in the form")
	}
	return all[at], all, nil
}

// changeCredentials replaces the credentials of a connection, in the place of its fleet (docs/decisions/0069). They are tried
// at the TSP before the old ones go.
func (c *Console) changeCredentials(r *http.Request, who Visitor) (answer, error) {
	of, err := c.openConnection(r)
	if err != nil {
		return answer{}, err
	}
	if r.PostFormValue("seen") != seen(of) {
		return c.credentialsSheet(r, who, of, problem.New(problem.Conflict, "the connection was changed since the form was opened, and its credentials "+
			"are as they were; look at it, and type the new ones again if that is still meant"))
	}
	kind, _, err := c.credentialKind(of, r.PostFormValue("kind"), "")
	if err != nil {
		return answer{}, err
	}
	typed, err := typedCredentials(kind, r.PostForm)
	if err != nil {
		return c.credentialsSheet(r, who, of, err)
	}
	text, err := json.Marshal(map[string]any{"credentials": typed}, json.Deterministic(true))
	if err != nil {
		return answer{}, err
	}
	changed, err := c.Links.Update(r.Context(), access.Principal{Fleet: access.Fleet{ID: of.Fleet}}, of.ID, text)
	if err != nil {
		return c.credentialsSheet(r, who, of, err)
	}
	c.note(r, "replaced credentials", "", "connection:"+of.ID.String())
	done := "renewed"
	if changed.User == connection.OtherUser || changed.User == connection.AnyUser {
		done += "_" + string(changed.User)
	}
	return answer{to: with(connectionPath(of.ID), url.Values{"done": {done}})}, nil
}

// renewedNote says that credentials were replaced, and whose the new ones are if that is another user, or may be.
func (c *Console) renewedNote(of connection.Connection, done string) *note {
	n := &note{Look{Glyph: "succeeded", Colour: ok}, "Replaced a moment ago", "Its TSP takes the new credentials, and what is sent from now on is sent with them.", nil}
	whose, known := map[string]string{
		"renewed_other": "They are those of another user than the ones before, or of the same under another name.",
		"renewed_any":   "They may be those of another user than the ones before, which could not be told.",
	}[done]
	if adapter, has := c.TSPs.Adapter(of.TSP); known && has {
		n.Look = Look{Glyph: "unknown", Colour: wait}
		n.Text += " " + whose + " At " + adapter.Spec().DisplayName + " " + adapter.Spec().Sight + "; what this one does not see leaves the connection with its next imports."
	}
	return n
}

// typedCredentials are those that a form holds. A member that was left empty is none; what is no number is left for the service
// to refuse by its name. What the form does not have is refused.
func typedCredentials(kind tsp.CredentialKind, form url.Values) (map[string]any, error) {
	all := map[string]any{}
	for id, given := range form {
		name, is := strings.CutPrefix(id, credentialPrefix)
		switch {
		case !is:
		case !slices.ContainsFunc(kind.Fields, func(f tsp.CredentialField) bool { return f.Name == name }):
			return nil, wrongInput(id, "", "is no member of the credentials of this kind; leave it out, or choose another kind")
		case len(given) > 1:
			return nil, wrongInput(id, "", "is given more than once; give it once")
		case !utf8.ValidString(given[0]):
			return nil, wrongInput(id, "", "is no text in UTF-8; type it again")
		}
	}
	for _, field := range kind.Fields {
		text := strings.ReplaceAll(form.Get(credentialInput{CredentialField: field}.ID()), "\r\n", "\n")
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case text == "":
		case field.Integer && err == nil:
			all[field.Name] = n
		default:
			all[field.Name] = text
		}
	}
	return all, nil
}
