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

// CheckApart refuses one address for callers and operators, of whom one would find it taken.
func CheckApart(c Config) error {
	host, port := place(c.Addr)
	adminHost, adminPort := place(c.AdminAddr)
	same := host == adminHost || isEvery(host) || isEvery(adminHost)
	if port == 0 || port != adminPort || !same {
		return nil
	}
	return fmt.Errorf("%s is %q, where the API listens already (%s); give it another port", adminVariable, c.AdminAddr, c.Addr)
}

// place is the host and the port of an address; 0 for a port that is any or none.
func place(addr string) (host string, port int) {
	host, name, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	port, _ = net.LookupPort("tcp", name)
	return host, port
}

// isEvery tells whether a host stands for all addresses of this machine.
func isEvery(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}
