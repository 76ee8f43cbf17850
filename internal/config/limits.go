package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// ranges takes ranges of addresses, separated by commas.
func ranges(of func(*Config) *[]netip.Prefix) func(*Config, string) error {
	return func(c *Config, text string) error {
		var wrong []error
		for part := range strings.SplitSeq(text, ",") {
			part = strings.TrimSpace(part)
			p, err := netip.ParsePrefix(part)
			switch {
			case err != nil || p.Addr().Is4In6():
				wrong = append(wrong, fmt.Errorf("has %q, which is no address range such as 10.0.0.0/8", part))
			case p != p.Masked():
				wrong = append(wrong, fmt.Errorf("has %s, which is either the range %s or the address %s/%d",
					part, p.Masked(), p.Addr(), p.Addr().BitLen()))
			default:
				*of(c) = append(*of(c), p)
			}
		}
		return errors.Join(wrong...)
	}
}

// rate takes how often something may be done.
func rate(of func(*Config) *Rate) func(*Config, string) error {
	return func(c *Config, text string) error {
		r, ok := rateOf(text)
		if !ok {
			return fmt.Errorf("is %q, which is no limit; write for example 200/s (s, m or h)", text)
		}
		*of(c) = r
		return nil
	}
}
