package config

import (
	"fmt"
	"net"
	"time"
)

// The variables of what operators look at the service by.
const (
	adminVariable       = prefix + "ADMIN_ADDR"
	adminRemoteVariable = prefix + "ADMIN_REMOTE"
	drainVariable       = prefix + "DRAIN_DELAY"
)

// mostDrain is more than any load balancer needs to notice that nothing is to be sent here.
const mostDrain = 10 * time.Minute

// adminVariables lists them.
func adminVariables() []variable {
	return []variable{
		{adminVariable, func(c *Config, s string) error { c.AdminAddr = s; return CheckAddr(s) }},
		{adminRemoteVariable, choice("off", "on", func(c *Config) *bool { return &c.AdminRemote })},
		{drainVariable, duration(0, mostDrain, func(c *Config) *time.Duration { return &c.DrainDelay })},
	}
}

// checkAdmin tells what is wrong with the admin address: it asks for no token, so other machines reach it
// on purpose only.
func (c Config) checkAdmin() []error {
	host, _, err := net.SplitHostPort(c.AdminAddr)
	switch {
	case c.AdminAddr == "" && c.AdminRemote:
		return []error{fmt.Errorf("%s is on and %s is not set, so that nothing is served; set both, or leave it out",
			adminRemoteVariable, adminVariable)}
	case c.AdminAddr == "" || err != nil || c.AdminRemote || isLoopback(host):
		return nil
	}
	return []error{fmt.Errorf("%s is %q, which other machines reach, and whoever reaches it reads figures without "+
		"a token; write 127.0.0.1 or localhost, or set %s=on where its network is yours alone",
		adminVariable, c.AdminAddr, adminRemoteVariable)}
}
