package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheConsoleIsSetByItsVariables(t *testing.T) {
	t.Parallel()
	got, wrong := FromEnv([]string{"WAYBILL_CONSOLE=Read_Only", "WAYBILL_CONSOLE_URL=https://W.example:443/", "WAYBILL_CONSOLE_SESSION=8h",
		"WAYBILL_CONSOLE_IDLE=30m", "WAYBILL_CONSOLE_OIDC_ISSUER=https://login.example", "WAYBILL_CONSOLE_OIDC_CLIENT_ID=waybill",
		"WAYBILL_CONSOLE_OIDC_CLIENT_SECRET=hush", "WAYBILL_CONSOLE_OIDC_SCOPES=openid, groups", "WAYBILL_CONSOLE_OIDC_GROUPS_CLAIM=roles",
		"WAYBILL_CONSOLE_OIDC_ROLES=admin=a=b, viewer=c,viewer=d e", "WAYBILL_CONSOLE_OIDC_PAYLOADS=viewers"}, tsps())
	want := Default()
	want.Console = Console{On: true, ReadOnly: true, URL: "https://w.example", Session: 8 * time.Hour, Idle: 30 * time.Minute,
		OIDC: ConsoleOIDC{Issuer: "https://login.example", ClientID: "waybill", Secret: "hush", Scopes: []string{"openid", "groups"},
			GroupsClaim: "roles", Roles: map[string][]string{"admin": {"a=b"}, "viewer": {"c", "d e"}}, ViewersSee: true}}
	if diff := cmp.Diff(want, got, compare); diff != "" || len(wrong) > 0 {
		t.Errorf("%v (-want +got):\n%s", wrong, diff)
	}
}

func TestAConsoleThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	on := "WAYBILL_CONSOLE=on"
	issuer := []string{on, "WAYBILL_CONSOLE_URL=https://w.example", "WAYBILL_CONSOLE_OIDC_ISSUER=https://login.example",
		"WAYBILL_CONSOLE_OIDC_CLIENT_ID=waybill", "WAYBILL_CONSOLE_OIDC_ROLES=admin=a"}
	without := func(at int) []string { return append(append([]string{}, issuer[:at]...), issuer[at+1:]...) }
	for name, c := range map[string]struct {
		environ []string
		says    string
	}{
		"a path":         {[]string{on, "WAYBILL_CONSOLE_URL=https://w.example/console"}, "without a path"},
		"no ASCII":       {[]string{on, "WAYBILL_CONSOLE_URL=https://wäybill.example"}, "in ASCII"},
		"no TLS":         {[]string{on, "WAYBILL_CONSOLE_URL=http://w.example"}, "http for this machine alone"},
		"no client":      {without(3), "WAYBILL_CONSOLE_OIDC_CLIENT_ID is not"},
		"no roles":       {without(4), "nobody would have a role"},
		"no way back":    {without(1), "WAYBILL_CONSOLE_URL is not"},
		"no issuer":      {[]string{on, "WAYBILL_CONSOLE_OIDC_PAYLOADS=viewers"}, "WAYBILL_CONSOLE_OIDC_ISSUER is not"},
		"a plain issuer": {append(without(2), "WAYBILL_CONSOLE_OIDC_ISSUER=http://login.example"), "issuer's URL"},
		"no such role":   {append(without(4), "WAYBILL_CONSOLE_OIDC_ROLES=root=a"), `has "root=a"`},
		"no group":       {append(without(4), "WAYBILL_CONSOLE_OIDC_ROLES=admin"), `has "admin"`},
		"no openid":      {append(issuer, "WAYBILL_CONSOLE_OIDC_SCOPES=groups"), "without openid"},
		"two secrets": {append(issuer, "WAYBILL_CONSOLE_OIDC_CLIENT_SECRET=hush", "WAYBILL_CONSOLE_OIDC_CLIENT_SECRET_FILE=x"),
			"both set"},
		"idle for long": {[]string{on, "WAYBILL_CONSOLE_IDLE=13h"}, "longer than a session lasts"},
	} {
		_, wrong := FromEnv(c.environ, tsps())
		if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), c.says) || strings.Contains(wrong[0].Error(), "hush") {
			t.Errorf("%s: %v, want %s", name, errors.Join(wrong...), c.says)
		}
	}
	if _, wrong := FromEnv(append(issuer[1:], "WAYBILL_CONSOLE=off"), tsps()); len(wrong) > 0 {
		t.Errorf("a console that is off for a while: %v", wrong)
	}
}

func TestTheSecretOfTheConsoleComesFromItsVariableOrAFileOfItsOwnersAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	for _, c := range []struct {
		text string
		mode os.FileMode
		want string
	}{{"hush\n", 0o600, "hush"}, {"hush", 0o604, ""}, {" \n", 0o600, ""}} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, c.mode); err != nil {
			t.Fatal(err)
		}
		got, err := ConsoleOIDC{SecretFile: file}.SecretText()
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q of mode %o: %q, %v", c.text, c.mode, got, err)
		}
	}
	if got, err := (ConsoleOIDC{Secret: "hush"}).SecretText(); got != "hush" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
