// Package profile keeps which Waybills a person works with: their addresses, and the clients and secrets to use there.
package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/goccy/go-yaml"
)

// Profile is one Waybill and the client to use there.
type Profile struct {
	URL          string `yaml:"url"`
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"`
}

// File is all that is kept. Current names the profile that is used where none is asked for; "" for none.
type File struct {
	Current  string             `yaml:"current,omitempty"`
	Profiles map[string]Profile `yaml:"profiles"`

	path string
}

// ErrAbsent is the error of a profile that there is not.
var ErrAbsent = errors.New("there is no such profile")

var names = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// CheckName tells what is wrong with the name of a profile.
func CheckName(name string) error {
	if !names.MatchString(name) {
		return fmt.Errorf("%q is no name of a profile; write one of letters, digits and . _ - such as production", name)
	}
	return nil
}

// Path is where profiles are kept by the environment: beneath XDG_CONFIG_HOME, or in .config of the home.
func Path(getenv func(string) string) (string, error) {
	home := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(home) {
		own := getenv("HOME")
		if own == "" {
			own = getenv("USERPROFILE")
		}
		if own == "" {
			return "", errors.New("there is no folder for profiles; set HOME or XDG_CONFIG_HOME, or do without profiles: " +
				"set WAYBILL_URL, WAYBILL_CLIENT_ID and WAYBILL_CLIENT_SECRET")
		}
		home = filepath.Join(own, ".config")
	}
	return filepath.Join(home, "waybill", "config.yaml"), nil
}

// Open reads the profiles that a file holds; none if there is no file. One that others can read is refused, because it
// holds secrets.
func Open(path string) (*File, error) {
	f := &File{Profiles: map[string]Profile{}, path: path}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for profiles: %w", err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, fmt.Errorf("others than you may read or change %s (mode %#o), which holds secrets; run: chmod 600 %s",
			path, mode, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading profiles: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, f, yaml.DisallowUnknownField()); err != nil {
		// What the library says shows the lines around, with secrets in them.
		return nil, fmt.Errorf("%s is no file of profiles (%s); mend it, or remove it and add the profiles again", path,
			place(err))
	}
	if f.Profiles == nil {
		f.Profiles = map[string]Profile{}
	}
	return f, nil
}

// place tells where a text goes wrong, without showing it.
func place(err error) string {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
		return fmt.Sprintf("line %d", at.GetToken().Position.Line)
	}
	return "it is not YAML of that form"
}

// Get returns a profile.
func (f *File) Get(name string) (Profile, error) {
	p, ok := f.Profiles[name]
	if !ok {
		return p, fmt.Errorf("%w: %q; waybill profile list shows yours", ErrAbsent, name)
	}
	return p, nil
}

// Save writes the file for its owner alone, whole or not at all.
func (f *File) Save() error {
	text, err := yaml.Marshal(f)
	if err != nil {
		return fmt.Errorf("writing profiles: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return fmt.Errorf("making the folder of profiles: %w", err)
	}
	// CreateTemp makes it readable for the owner alone.
	next, err := os.CreateTemp(filepath.Dir(f.path), ".config-*")
	if err != nil {
		return fmt.Errorf("writing profiles: %w", err)
	}
	_, err = next.Write(text)
	if err = errors.Join(err, next.Sync(), next.Close()); err == nil {
		err = os.Rename(next.Name(), f.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing profiles: %w", err), os.Remove(next.Name()))
	}
	return nil
}
