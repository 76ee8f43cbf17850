package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/cli"
)

func TestARestoreIsToldByATimeThatABackupCanHave(t *testing.T) {
	t.Parallel()
	for text, taken := range map[string]bool{"2026-11-26T22:45:00Z": true, "2026-11-26T22:45:00.5+01:00": true,
		"yesterday": false, "": false, "2026-11-26": false, "0001-01-01T00:00:00Z": false, "1970-01-01T00:00:00Z": false} {
		var m moment
		err := m.UnmarshalText([]byte(text))
		if taken && (err != nil || m.IsZero()) {
			t.Errorf("%q: %v, %v", text, m, err)
		}
		if !taken && (err == nil || !strings.Contains(err.Error(), "a time such as 2026-11-26T22:45:00Z")) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheEndOfAGrantIsATimeOrNever(t *testing.T) {
	t.Parallel()
	for text, taken := range map[string]bool{"2026-11-26T22:45:00Z": true, "never": true, "": false, "2026-11-26": false,
		"0001-01-01T00:00:00Z": false} {
		var b bound
		err := b.UnmarshalText([]byte(text))
		if taken != (err == nil) || err != nil &&
			!strings.Contains(err.Error(), "give a time such as 2026-01-15T00:00:00Z, or never") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSecretsWorkOnForATimeThatEnds(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{"24h": "", "0": "", "2160h": "",
		"24": "write one with its unit, such as 24h", "": "write one with its unit", "-1h": "write one with its unit",
		"100000h": "longer than 2160h0m0s"} {
		var o overlap
		if err := o.UnmarshalText([]byte(text)); (err != nil) != (says != "") || err != nil &&
			!strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheExitCodeTellsMisuseFromFailure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{"nosuch"}, 2},
		{[]string{"serve", "--nosuch"}, 2},
		{[]string{"move"}, 2},
		{[]string{"move", "--to", "http://db1/waybill"}, 2},
		{[]string{"move", "--to", "waybill.db", "--give-up"}, 2},
		{[]string{"serve", "--restored-from", "yesterday"}, 2},
		{[]string{"serve", "--restored-from", "0001-01-01T00:00:00Z"}, 2},
		{[]string{}, 2},
		{[]string{"sim"}, 2},
		{[]string{"sim", "nosuch"}, 2},
		{[]string{"sim", "samsara", "--addr", "9101"}, 2},
		{[]string{"migrate"}, 2},
		{[]string{"backup", " "}, 2},
		{[]string{"client", "create", "", "--partner", "My TMS"}, 2},
		{[]string{"client", "create", "a b", "--partner", "My TMS"}, 2},
		{[]string{"client", "create", "dispatch", "--partner", ""}, 2},
		{[]string{"client", "create", "dispatch", "--partner", "My TMS "}, 2},
		{[]string{"client", "create", "acme", "--fleet", ""}, 2},
		{[]string{"grant", "set", "--partner", "", "--fleet", "acme"}, 2},
		{[]string{"grant", "set", "--partner", "x", "--fleet", "y", "--expiration", ""}, 2},
		{[]string{"grant", "set", "--partner", "x", "--fleet", "y", "--effective", "never"}, 2},
		{[]string{"client", "rotate", "x", "--overlap", "24"}, 2},
		{[]string{"client", "rotate", "x", "--overlap", "100000h"}, 2},
		{[]string{"dev", "--data-dir", ""}, 2},
		{[]string{"dev", "--sim-base-port", "65536"}, 2},
		{[]string{"dev", "--sim-base-port", "-1"}, 2},
		{[]string{"dev", "--receiver-addr", "9100"}, 2},
	} {
		if got := run(cli.Standard(t.Context()), c.args); got != c.want {
			t.Errorf("waybill %v ends with %d, want %d", c.args, got, c.want)
		}
	}
}

func TestACommandTellsAllThatIsWrongWithItsSettingsBeforeItDoesAnything(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), 0o600); err != nil {
		t.Fatal(err)
	}
	e := newEnvironment(t.Context(), []string{"WAYBILL_ADRR=:80", "WAYBILL_MAX_AGE=0", "WAYBILL_KEY_FILE=" + key,
		"WAYBILL_TSP_SAMSARA_LIMITS=messages.wriet=1/s", "WAYBILL_DATABASE_URL=postgres://u:hush@h:port/db"})
	for name, c := range map[string]struct {
		run  func(*environment) error
		says []string
	}{
		"serve":   {serveCommand{}.Run, []string{"5 settings", "WAYBILL_KEY_FILE: the key is no random one", "PostgreSQL"}},
		"migrate": {migrateCommand{}.Run, []string{"5 settings", "WAYBILL_KEY_FILE: the key is no random one", "PostgreSQL"}},
		"backup": {backupCommand{File: "x"}.Run,
			[]string{"5 settings", "WAYBILL_KEY_FILE: the key is no random one", "PostgreSQL"}},
		"client": {clientCreateCommand{ID: "x", Partner: "x"}.Run,
			[]string{"5 settings", "WAYBILL_KEY_FILE: the key is no random one", "PostgreSQL"}},
		"grant": {grantSetCommand{Partner: "x", Fleet: "x"}.Run,
			[]string{"5 settings", "WAYBILL_KEY_FILE: the key is no random one", "PostgreSQL"}},
		"dev": {devCommand{DataDir: t.TempDir()}.Run,
			[]string{"5 settings", "WAYBILL_DATABASE_URL is set, and the demo"}},
		"sim": {simCommand{Name: "samsara"}.Run, []string{"3 settings"}},
	} {
		err := c.run(e)
		for _, part := range append(c.says, "WAYBILL_ADDR?", "WAYBILL_MAX_AGE", "messages.write?") {
			if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %v\ndoes not say %s", name, err, part)
			}
		}
	}
	if err := newEnvironment(t.Context(), nil).settings(); err != nil {
		t.Error(err)
	}
}

func TestAnAPIIsNotServedWhereOperatorsAre(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*environment) error{
		"serve": serveCommand{Addr: "127.0.0.1:9090"}.Run,
		"dev":   devCommand{Addr: "127.0.0.1:9090", DataDir: t.TempDir()}.Run,
	} {
		err := run(newEnvironment(t.Context(), []string{"WAYBILL_ADMIN_ADDR=127.0.0.1:9090"}))
		if err == nil || !strings.Contains(err.Error(), `WAYBILL_ADMIN_ADDR is "127.0.0.1:9090", where the API listens already`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASettingThatACommandCannotUseIsRefusedAlsoWhereItIsNotNeeded(t *testing.T) {
	t.Parallel()
	database := "WAYBILL_DATABASE_URL=" + filepath.Join(t.TempDir(), "w.db")
	for name, run := range map[string]func(*environment) error{"migrate": migrateCommand{}.Run,
		"backup": backupCommand{File: filepath.Join(t.TempDir(), "x")}.Run,
		"client": clientCreateCommand{ID: "x", Partner: "x"}.Run, "grant": grantSetCommand{Partner: "x", Fleet: "x"}.Run} {
		for _, key := range []string{"WAYBILL_KEY=short", "WAYBILL_KEY_FILE=" + filepath.Join(t.TempDir(), "none")} {
			err := run(newEnvironment(t.Context(), []string{database, key}))
			if err == nil || !strings.Contains(err.Error(), "WAYBILL_KEY") {
				t.Errorf("%s with %.16s: %v", name, key, err)
			}
		}
	}
}

func TestAClientsIDIsOneThatEveryClientWritesAlikeIntoHTTPBasic(t *testing.T) {
	t.Parallel()
	for id, fits := range map[string]bool{"dispatch": true, "a.b-c_d~9@x": true, "a+b": false, "a%20b": false,
		"a:b": false, "é": false, "": false} {
		if err := (clientCreateCommand{ID: id, Partner: "My TMS"}).Validate(); (err == nil) != fits {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestADemoThatIsInterruptedWhileItStartsEndsWell(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	err := devCommand{Addr: "127.0.0.1:0", DataDir: dir, SimBasePort: 64_900,
		ReceiverAddr: "127.0.0.1:0"}.Run(newEnvironment(ctx, nil))
	if err != nil {
		t.Errorf("dev: %v", err)
	}
	err = serveCommand{Addr: "127.0.0.1:0", DatabaseURL: filepath.Join(dir, "s.db")}.Run(newEnvironment(ctx,
		[]string{"WAYBILL_KEY_FILE=" + filepath.Join(dir, "key")}))
	if err != nil {
		t.Errorf("serve: %v", err)
	}
}

func TestCommandsOtherThanMigrateMakeNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mistyped.db")
	for name, run := range map[string]func(*environment) error{"client list": clientListCommand{}.Run,
		"fleet list": fleetListCommand{}.Run, "audit list": auditListCommand{}.Run,
		"client create": clientCreateCommand{ID: "x", Partner: "x"}.Run,
		"audit verify":  auditVerifyCommand{}.Run, "fleet delete": fleetDeleteCommand{ID: "x"}.Run} {
		err := run(newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + path}))
		if err == nil || !strings.Contains(err.Error(), "there is no database "+path) {
			t.Errorf("%s: %v", name, err)
		}
		if found, err := filepath.Glob(path + "*"); err != nil || len(found) > 0 {
			t.Errorf("%s has made %v", name, found)
		}
	}
}

func TestFleetsAreNamedAsTheyAreShown(t *testing.T) {
	t.Parallel()
	e := newEnvironment(t.Context(), []string{"WAYBILL_DATABASE_URL=" + filepath.Join(t.TempDir(), "w.db")})
	for _, run := range []func(*environment) error{
		migrateCommand{}.Run,
		fleetCreateCommand{Name: "Acme Freight"}.Run,
		fleetCreateCommand{Name: "Rivers"}.Run,
		fleetRenameCommand{ID: "Acme Freight", Name: "Acme Haulage"}.Run,
		fleetMergeCommand{From: "Rivers", Into: "Acme Haulage", Sure: cli.Sure{Yes: true}}.Run,
		fleetDeleteCommand{ID: "Acme Haulage", Sure: cli.Sure{Yes: true}}.Run,
	} {
		if err := run(e); err != nil {
			t.Error(err)
		}
	}
	for _, run := range []func(*environment) error{fleetRenameCommand{ID: "Acme Haulage", Name: "x"}.Run,
		fleetMergeCommand{From: "Acme Haulage", Into: "x"}.Run, fleetDeleteCommand{ID: "Acme Haulage"}.Run} {
		if err := run(e); err == nil ||
			!strings.Contains(err.Error(), `there is no fleet "Acme Haulage"; `+"`waybill fleet list`") {
			t.Errorf("a fleet that is gone: %v", err)
		}
	}
}

func TestTheStatusOfTablesIsToldByTheExitCode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	t.Setenv("WAYBILL_DATABASE_URL", path)
	for _, c := range []struct {
		args []string
		want int
	}{{[]string{"migrate", "status"}, 1}, {[]string{"migrate"}, 0}, {[]string{"migrate", "status"}, 0}, {[]string{"migrate", "up"}, 0}} {
		if got := run(cli.Standard(t.Context()), c.args); got != c.want {
			t.Errorf("waybill %v ends with %d, want %d", c.args, got, c.want)
		}
	}
	if text := (pending{2}).Error(); !strings.Contains(text, "pending: 2") || !strings.Contains(text, "waybill migrate") {
		t.Error(text)
	}
	// The tables of an older release are those without the last migration.
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if got := run(cli.Standard(t.Context()), []string{"migrate", "status"}); got != 3 {
		t.Errorf("with a migration that is pending it ends with %d", got)
	}
}
