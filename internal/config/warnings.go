package config

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"slices"
)

// Warnings tells of settings that are taken, and open more than their operator may have meant.
func (c Config) Warnings() (all []string) {
	for _, ranges := range []struct {
		variable string
		of       []netip.Prefix
		means    string
	}{
		{trustedVariable, c.TrustedProxies, "every caller chooses the address by which it is limited and logged"},
		{allowVariable, c.OutboundAllow, "webhooks and TSPs' hosts may be anywhere in your networks"},
	} {
		if i := slices.IndexFunc(ranges.of, func(p netip.Prefix) bool { return p.Bits() == 0 }); i >= 0 {
			all = append(all, fmt.Sprintf("%s has %s, so that %s; name the ranges that you mean",
				ranges.variable, ranges.of[i], ranges.means))
		}
	}
	for _, file := range []struct{ variable, name string }{{keyFileVariable, c.KeyFile}, {oldKeyFileVariable, c.OldKeyFile},
		{tlsKeyVariable, c.TLSKey}, {secretFileVariable, c.Console.OIDC.SecretFile}} {
		if file.name == "" {
			continue
		}
		info, err := os.Stat(file.name)
		if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o070 != 0 {
			all = append(all, fmt.Sprintf("%s: the group of %s may use it (mode %04o); if that is not meant, take it from them with chmod 600",
				file.variable, file.name, info.Mode().Perm()))
		}
	}
	return all
}
