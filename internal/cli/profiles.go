package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/cli/output"
	"github.com/waybill-dev/waybill/internal/cli/profile"
	"github.com/waybill-dev/waybill/internal/cli/remote"
)

type profileCommands struct {
	Add    profileAddCommand    `cmd:"" help:"Keep a profile, after its client was tried."`
	Use    profileUseCommand    `cmd:"" help:"Make a profile the current one."`
	List   profileListCommand   `cmd:"" help:"List the profiles."`
	Remove profileRemoveCommand `cmd:"" help:"Remove a profile, and its secret."`
}

type profileAddCommand struct {
	Name     string `arg:"" help:"How the profile is called."`
	URL      string `name:"url" help:"The address of the Waybill." required:"" placeholder:"URL"`
	ClientID string `help:"The client's id." required:"" placeholder:"ID"`
	Check    bool   `help:"Ask for a token with the client first." default:"true" negatable:""`
}

// Help teaches the command.
func (profileAddCommand) Help() string {
	return `The secret is read from WAYBILL_CLIENT_SECRET if that is set, else from the input: where a person types it is
not shown. Profiles are kept in $XDG_CONFIG_HOME/waybill/config.yaml (or ~/.config), for you alone to read. The
first one becomes the current one. A profile of that name is replaced.

  waybill profile add production --url https://waybill.example.com --client-id dispatch < secret-file`
}

// Validate refuses what can be no profile.
func (c profileAddCommand) Validate() error {
	return errors.Join(profile.CheckName(c.Name), remote.CheckURL(c.URL))
}

// Run adds the profile.
func (c profileAddCommand) Run(s *Session) error {
	file, err := s.profiles()
	if err != nil {
		return err
	}
	secret, err := s.askSecret()
	if err != nil {
		return err
	}
	p := profile.Profile{URL: c.URL, ClientID: c.ClientID, ClientSecret: secret}
	if c.Check {
		client, err := remote.New(remote.Target{URL: p.URL, ClientID: p.ClientID, ClientSecret: p.ClientSecret})
		if err == nil {
			_, err = client.Who(s.Context)
		}
		if err != nil {
			s.say("the profile was not kept; with --no-check it is kept untried")
			return err
		}
	}
	if plain(p.URL) {
		s.say("the secret goes to %s over plain http; use https where the network is not trusted", p.URL)
	}
	file.Profiles[c.Name] = p
	if file.Current == "" {
		file.Current = c.Name
	}
	if err := file.Save(); err != nil {
		return err
	}
	if file.Current != c.Name {
		s.say("kept; waybill profile use %s makes it the current one", c.Name)
	}
	return nil
}

// askSecret reads a client's secret.
func (s *Session) askSecret() (string, error) {
	secret := s.Getenv(variableSecret)
	var err error
	switch {
	case secret != "":
	case s.Secret != nil:
		_, _ = fmt.Fprint(s.Err, "The client's secret: ")
		secret, err = s.Secret()
		_, _ = fmt.Fprintln(s.Err)
	default:
		secret, err = s.line()
	}
	if err != nil {
		return "", fmt.Errorf("reading the secret: %w", err)
	}
	if secret = strings.TrimRight(secret, "\r\n"); secret == "" {
		return "", misused("the secret is missing; give it on the input, or in %s", variableSecret)
	}
	return secret, nil
}

type profileUseCommand struct {
	Name string `arg:"" help:"The profile's name."`
}

// Run makes the profile the current one.
func (c profileUseCommand) Run(s *Session) error {
	return s.changeProfiles(c.Name, func(f *profile.File) { f.Current = c.Name })
}

type profileRemoveCommand struct {
	Name string `arg:"" help:"The profile's name."`
	Sure
}

// Run removes the profile.
func (c profileRemoveCommand) Run(s *Session) error {
	if err := c.Agreed(s, "remove profile "+c.Name+" and its secret"); err != nil {
		return err
	}
	return s.changeProfiles(c.Name, func(f *profile.File) {
		delete(f.Profiles, c.Name)
		if f.Current == c.Name {
			f.Current = ""
		}
	})
}

// changeProfiles changes the file about a profile that must be there.
func (s *Session) changeProfiles(name string, change func(*profile.File)) error {
	file, err := s.profiles()
	if err != nil {
		return err
	}
	if _, err := file.Get(name); err != nil {
		return &Failure{Exit: ExitNotFound, Err: err}
	}
	change(file)
	if s.Getenv(variableURL) != "" {
		s.say("%s is set, and goes before the current profile", variableURL)
	}
	return file.Save()
}

type profileListCommand struct{ shape }

// Run lists the profiles, without their secrets.
func (c profileListCommand) Run(s *Session) error {
	file, err := s.profiles()
	if err != nil {
		return err
	}
	g := output.Grid{Heads: []string{"CURRENT", "NAME", "CLIENT", "URL"}}
	var all []jsontext.Value
	for _, name := range slices.Sorted(maps.Keys(file.Profiles)) {
		p := file.Profiles[name]
		mark := ""
		if name == file.Current {
			mark = "*"
		}
		g.Add(mark, name, p.ClientID, p.URL)
		one, err := json.Marshal(struct {
			Name     string `json:"name"`
			URL      string `json:"url"`
			ClientID string `json:"client_id"`
			Current  bool   `json:"current"`
		}{name, p.URL, p.ClientID, mark != ""})
		if err != nil {
			return fmt.Errorf("listing profiles: %w", err)
		}
		all = append(all, one)
	}
	return s.printer(c.shape).List(all, "name", func() output.Grid { return g })
}
