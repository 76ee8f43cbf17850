package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// settingsForm is the page on which the settings of a connection are changed.
type settingsForm struct {
	About  about
	Back   string
	Inputs []settingInput
	// Seen is the state of the connection that the form was made of.
	Seen string
}

// settingInput is one member of a connection as a form has it.
type settingInput struct {
	Name, Label, Hint string
	// Was is what it is, and Now what the form holds; of a secret, nothing.
	Was, Now string
	Options  []option
	Lines    bool
	Secret   bool
	// member is where it stands in the body of a change: "" for a setting.
	member string
	kind   tsp.SettingType
}

// ID is the name of the input.
func (i settingInput) ID() string { return "set." + i.Name }

// removed is what a form holds of a secret that is to go.
const removed = "remove"

// editSettings shows what can be changed of a connection.
func (c *Console) editSettings(r *http.Request, who Visitor) (answer, error) {
	of, err := c.openConnection(r)
	if err != nil {
		return answer{}, err
	}
	return c.settingsSheet(r, who, of, nil)
}

// settingsSheet is the form of a connection; refused says why what it held was not taken.
func (c *Console) settingsSheet(r *http.Request, who Visitor, of connection.Connection, refused error) (answer, error) {
	rows, err := c.linkRows(r, who, []connection.Connection{of})
	if err != nil {
		return answer{}, err
	}
	f := settingsForm{Back: connectionPath(of.ID), Inputs: c.settingInputs(of), Seen: seen(of),
		About: about{Name: rows[0].TSP + " of " + rows[0].Fleet, ID: head(of.ID), List: connectionsPath}}
	for i := range f.Inputs {
		if refused != nil {
			f.Inputs[i].keep(r.PostForm)
		}
		for j := range f.Inputs[i].Options {
			f.Inputs[i].Options[j].Chosen = f.Inputs[i].Options[j].Value == f.Inputs[i].Now
		}
	}
	s := sheet{name: "link-settings", Title: "Change the settings", Place: "Connections", Content: f}
	if refused != nil {
		s.Note, s.status = c.noteOf(r, refused), statusOf(refused)
	}
	return answer{sheet: s}, nil
}

// seen stands for a state of a connection: whoever changes it must have seen the newest.
func seen(of connection.Connection) string { return strconv.FormatInt(of.UpdatedAt.UnixMicro(), 10) }

// settingInputs are the members of a connection that the API can change beside its credentials and status.
func (c *Console) settingInputs(of connection.Connection) []settingInput {
	yes := func(is bool) string { return strconv.FormatBool(is) }
	all := []settingInput{
		{Name: "description", Label: "Description", member: "description", Was: of.Description},
		{Name: "sync_events", Label: "Synchronous writes raise events, too", member: "sync_events", kind: tsp.BooleanSetting, Was: yes(of.SyncEvents)},
		{Name: "verify_writes", Label: "Records that were written are read back", member: "verify_writes", kind: tsp.BooleanSetting, Was: yes(of.VerifyWrites)},
	}
	if adapter, ok := c.TSPs.Adapter(of.TSP); ok {
		for _, s := range adapter.Spec().Settings {
			all = append(all, inputFor(s, of.Settings))
		}
	}
	for i := range all {
		if all[i].Now = all[i].Was; all[i].kind == tsp.BooleanSetting {
			if all[i].member == "" {
				all[i].Options = []option{{Word: "Not set"}}
			}
			all[i].Options = append(all[i].Options, option{Value: "true", Word: "Yes"}, option{Value: "false", Word: "No"})
		}
	}
	return all
}

// inputFor is the input of a setting as it is set.
func inputFor(s tsp.Setting, set tsp.Settings) settingInput {
	in := settingInput{Name: s.Key, Label: s.Label, kind: s.Type, Was: set.Text(s.Key), Lines: s.Type == tsp.ListSetting, Secret: s.Secret}
	var hints []string
	if s.Default != nil {
		hints = append(hints, "Where it is not set: "+tsp.Settings{"": s.Default}.Text(""))
	}
	if s.Required {
		hints = append(hints, "It must be set")
	}
	if in.Lines {
		in.Was = strings.Join(set.List(s.Key), "\n")
		hints = append(hints, "One a line")
	}
	if s.Values != nil {
		in.Options = []option{{Word: "Not set"}}
		for _, v := range s.Values {
			in.Options = append(in.Options, option{Value: v, Word: v})
		}
	}
	if s.Secret {
		hints = append(hints, map[bool]string{true: "Set, and shown nowhere; leave it empty to keep it", false: "Not set"}[in.Was != ""])
		if in.Was != "" {
			in.Options = []option{{Value: removed, Word: "Remove it"}}
		}
		in.Was = ""
	}
	in.Hint = strings.Join(hints, ". ")
	return in
}

// given is what a form holds for an input, with the line breaks of the service.
func (i settingInput) given(form url.Values) string {
	text := strings.ReplaceAll(form.Get(i.ID()), "\r\n", "\n")
	if i.Lines {
		return strings.Join(slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" }), "\n")
	}
	return text
}

// keep has an input show what a form held, and beside it what is set where that is something else: whoever sends the form again
// must see what it would write over.
func (i *settingInput) keep(form url.Values) {
	if i.Now = i.given(form); i.Secret || i.Now == i.Was {
		return
	}
	is := "It is not set now"
	if i.Was != "" {
		is = "It is now: " + strings.ReplaceAll(i.Was, "\n", ", ")
	}
	i.Hint = strings.TrimPrefix(i.Hint+". "+is, ". ")
}

// value is what a change sends for an input. What is no number is left for the service to refuse by its name.
func (i settingInput) value(text string) any {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case text == "" && (i.member == "" || i.member == "description"):
		return nil
	case i.Lines:
		return strings.Split(text, "\n")
	case i.kind == tsp.BooleanSetting && (text == "true" || text == "false"):
		return text == "true"
	case i.kind == tsp.IntegerSetting && err == nil:
		return n
	}
	return text
}

// changeSettings changes what differs from what it is, as the fleet may by the API.
func (c *Console) changeSettings(r *http.Request, who Visitor) (answer, error) {
	of, err := c.openConnection(r)
	if err != nil {
		return answer{}, err
	}
	if r.PostFormValue("seen") != seen(of) {
		return c.settingsSheet(r, who, of, problem.New(problem.Conflict, "the connection was changed since the form was opened, and nothing was changed "+
			"by it: what it held stands below, with what is set now where that differs; send it again if it is still meant"))
	}
	body, set := map[string]any{}, map[string]any{}
	for _, in := range c.settingInputs(of) {
		to := body
		if in.member == "" {
			to = set
		}
		switch text := in.given(r.PostForm); {
		case in.Secret && r.PostForm.Get("drop."+in.Name) == removed:
			to[in.Name] = nil
		case r.PostForm.Has(in.ID()) && text != in.Was:
			to[in.Name] = in.value(text)
		}
	}
	if len(set) > 0 {
		body["settings"] = set
	}
	if len(body) == 0 {
		return c.settingsSheet(r, who, of, wrongInput("", "", "the form holds what is set already, so there is nothing to change"))
	}
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return answer{}, err
	}
	if _, err := c.Links.Update(r.Context(), access.Principal{Fleet: access.Fleet{ID: of.Fleet}}, of.ID, text); err != nil {
		return c.settingsSheet(r, who, of, err)
	}
	c.note(r, "changed settings", "", "connection:"+of.ID.String())
	return answer{to: with(connectionPath(of.ID), url.Values{"done": {"changed"}})}, nil
}
