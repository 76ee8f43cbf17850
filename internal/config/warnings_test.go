package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatOpensMoreThanItSeemsIsWarnedOf(t *testing.T) {
	t.Parallel()
	key := func(mode os.FileMode) string {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	everywhere, some := []netip.Prefix{netip.MustParsePrefix("::/0")}, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for says, c := range map[string]Config{
		"WAYBILL_TRUSTED_PROXIES has ::/0, so that every caller": {TrustedProxies: everywhere, OutboundAllow: some},
		"WAYBILL_OUTBOUND_ALLOW has ::/0, so that webhooks":      {OutboundAllow: everywhere, TrustedProxies: some},
		"WAYBILL_KEY_FILE: the group of ":                        {KeyFile: key(0o640), TLSKey: key(0o600)},
		"WAYBILL_OLD_KEY_FILE: the group of ":                    {OldKeyFile: key(0o440)},
		"WAYBILL_TLS_KEY: the group of ":                         {TLSKey: key(0o660), KeyFile: key(0o400)},
		"WAYBILL_CONSOLE_OIDC_CLIENT_SECRET_FILE: the group of ": {Console: Console{OIDC: ConsoleOIDC{SecretFile: key(0o640)}}},
		"": {TrustedProxies: some, OutboundAllow: some, KeyFile: key(0o600), OldKeyFile: "none", TLSKey: key(0o400)},
	} {
		got := c.Warnings()
		if says == "" && len(got) > 0 || says != "" && (len(got) != 1 || !strings.Contains(got[0], says)) {
			t.Errorf("%q, want %q", got, says)
		}
	}
}
