package tsptest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// canKeep proves, while nothing is spent yet, that credentials can be kept.
func (l *live) canKeep() error {
	if l.account.keep == "" {
		return nil
	}
	if info, err := os.Stat(l.account.keep); err == nil && info.IsDir() {
		return errors.New("it is a folder")
	}
	probe, err := os.CreateTemp(filepath.Dir(l.account.keep), ".waybill-contract-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// keep writes credentials to the file that the environment names. It goes on if that fails: those
// in memory serve until the run ends, which then says what was lost.
func (l *live) keep(fresh tsp.Credentials) {
	if l.account.keep == "" {
		return
	}
	l.unkept = ""
	if err := replaceFile(l.account.keep, tsp.Credentials{Kind: fresh.Kind, Fields: fresh.Fields}); err != nil {
		l.unkept = err.Error()
	}
}

// replaceFile writes a file as a whole, so that a crash loses neither the old nor the new.
func replaceFile(path string, c tsp.Credentials) error {
	text, err := json.Marshal(c, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".waybill-contract-*") // It has mode 0600.
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// spent names the members of the given credentials that the run has used up or replaced. An
// access token is none of them: it ends by itself.
func (l *live) spent() []string {
	now := l.vault.stored()
	var names []string
	for name, value := range l.account.credentials.Fields {
		if now.Fields[name] != value && name != tsp.AccessToken && name != tsp.ExpiresAt {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// end tells what became of the credentials, and what the run left behind.
func (l *live) end() outcome {
	return l.hold(tsp.Capability{}, func(t *trial) {
		if l.vault == nil {
			return
		}
		_, faults := l.pace.waited()
		for _, fault := range faults[:min(len(faults), 3)] {
			t.errorf("%s", fault)
		}
		spent := strings.Join(l.spent(), ", ")
		switch {
		case l.unkept != "":
			t.errorf("THE CREDENTIALS THAT CAME UP DURING THE RUN ARE LOST: %s: %s. Of those that were given these may be spent: %s", envKeep, l.unkept, spent)
		case l.account.keep != "" && !sameFields(l.vault.stored(), l.account.credentials):
			t.logf("the credentials as they are now stand in %s; set %s to it for the next run", l.account.keep, envCredentialsFile)
		case spent != "":
			t.logf("THE CREDENTIALS THAT WERE GIVEN ARE SPENT (%s), and what replaced them is lost, because %s is not set. The next run needs new ones.", spent, envKeep)
		}
		if len(l.summary) > 0 {
			t.logf("what the run wrote:\n%s", strings.Join(l.summary, "\n"))
		}
	})
}
